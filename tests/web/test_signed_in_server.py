"""A real server behind a real identity provider."""

from datetime import UTC, datetime

import httpx

from identity_provider import AUDIENCE, identity_provider
from served_home import served
from signed_in_home import imported
from stayline.usecases.create_api_key import create_api_key


def test_a_served_home_lets_in_whom_the_provider_tells_and_nobody_else(tmp_path):
    home = imported(tmp_path)
    ports = home.ports
    key = create_api_key(
        "unit", roles=["service"], valid_until=None, api_keys=ports.api_keys,
        audit=ports.audit, clock=ports.clock, actor="ana",
    )  # fmt: skip
    with identity_provider() as provider:
        given = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE, "token": key.text}
        with served(home.folder, **given) as server, httpx.Client(base_url=server.url) as client:
            token = provider.token(datetime.now(UTC), roles=["manager"], employee_id="1")
            bearer = {"Authorization": f"Bearer {token}"}

            def asked(person: str, headers: dict[str, str]) -> tuple[int, int]:
                row = {"employee_id": person}
                return (
                    client.get(f"/v1/employees/{person}", headers=headers).status_code,
                    client.post("/v1/predict", json=row, headers=headers).status_code,
                )

            assert asked("11", bearer) == (200, 503)  # no model is deployed
            assert asked("21", bearer) == (200, 503)  # as of somebody unknown
            assert asked("11", {}) == (401, 401)
            assert asked("11", {"X-Api-Key": key.text}) == (403, 503)
            assert client.get("/healthz").status_code == 200
    refused = [e.details for e in ports.audit.events() if e.kind == "access.refused"]
    assert [details["because"] for details in refused].count("outside_line") == 2

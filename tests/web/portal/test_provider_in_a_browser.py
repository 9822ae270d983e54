"""The whole way to the identity provider and back, and out again, in a real browser."""

from pathlib import Path

from playwright.sync_api import Page

from browsers import check_accessible
from identity_provider import AUDIENCE, identity_provider
from served_home import served
from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.usecases.create_api_key import create_api_key


def test_somebody_signs_in_works_and_signs_out_everywhere(page: Page, tmp_path: Path) -> None:
    ports = build(Settings(home=tmp_path))
    key = create_api_key(
        "unit", roles=["service"], valid_until=None, api_keys=ports.api_keys,
        audit=ports.audit, clock=ports.clock, actor="ana",
    )  # fmt: skip
    with identity_provider() as provider:
        provider.people = {"sub": "u-7", "roles": ["analyst"]}
        given = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE, "token": key.text}
        with served(tmp_path, **given) as server:
            page.goto(f"{server.url}/portal")
            check_accessible(page)
            page.get_by_role("link", name="Sign in at your identity provider").click()
            page.wait_for_url(f"{server.url}/portal")
            assert page.get_by_text("u-7", exact=True).is_visible()
            assert page.get_by_role("complementary").count() == 0
            assert page.evaluate("document.cookie") == ""
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url(f"{provider.issuer.replace('/realm', '/end')}**")
            assert provider.given[-1]["to"] == "/revoke"
            page.goto(f"{server.url}/portal")
            assert "/portal/sign-in" in page.url

"""Take a picture of every page of the portal, at the width of a desk and of a phone.

    python docs/screenshots.py            # all pages
    python docs/screenshots.py front      # those whose name begins so

A simulated workforce is imported, trained on and scored in a folder of its own, which takes some
minutes; ``STAYLINE_SCREENSHOT_HOME`` names one that is there already. Needs Chromium.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "portal"
LONGEST = {"desktop": 3600, "phone": 4200}
"""How many pixels of a page are shown, from its top."""
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "docs")]


class Shot(NamedTuple):
    """A page: the name of its picture, its address, and who looks at it.

    ``{person}`` in an address stands for the token of whoever has the highest risk, ``{execution}``
    for the newest execution of a pipeline.
    """

    name: str
    path: str
    roles: tuple[str, ...]
    hr_id: str = ""


PAGES = (
    Shot("sign-in", "/portal/sign-in", ()),
    Shot("front", "/portal", ("analyst", "auditor")),
    Shot("team", "/portal/team", ("manager",), hr_id="35"),
    Shot("watch", "/portal/watch", ("analyst",)),
    Shot("watch-alarm", "/portal/watch/alarms/one?alarm=data-drift", ("analyst",)),
    Shot("watch-figures", "/portal/watch/figures?verdict=fail", ("analyst",)),
    Shot("watch-execution", "/portal/watch/executions/{execution}", ("analyst",)),
    Shot("person", "/portal/people/{person}", ("hr_partner",)),
    Shot("models", "/portal/models", ("approver",)),
    Shot("model", "/portal/models/1", ("approver",)),
    Shot("model-deployments", "/portal/models/deployments", ("approver",)),
    Shot("privacy", "/portal/privacy", ("privacy_officer",)),
    Shot("privacy-requests", "/portal/privacy/requests", ("privacy_officer",)),
    Shot("privacy-opt-outs", "/portal/privacy/opt-outs", ("privacy_officer",)),
    Shot("privacy-holds", "/portal/privacy/holds", ("privacy_officer",)),
    Shot("privacy-retention", "/portal/privacy/retention", ("privacy_officer",)),
    Shot("privacy-next-purge", "/portal/privacy/retention/next", ("privacy_officer",)),
    Shot("privacy-audit", "/portal/privacy/audit", ("auditor",)),
    Shot("privacy-register", "/portal/privacy/register", ("auditor",)),
)


def main() -> None:
    """Take the pictures whose names begin with an argument, all without one."""
    begins = tuple(sys.argv[1:]) or ("",)
    chosen = [shot for shot in PAGES if shot.name.startswith(begins)]
    if given := os.environ.get("STAYLINE_SCREENSHOT_HOME"):
        _take(Path(given), chosen)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        command = [sys.executable, "-m", "stayline", "up", "--yes", "--no-serve"]
        subprocess.run([*command, "--home", str(home)], check=True)  # noqa: S603  (our own words)
        _watch(home)
        _put_on_record(home)
        _take(home, chosen)


def _take(home: Path, shots: list[Shot]) -> None:
    from fewer_colours import fewer_colours

    from browsers import DESKTOP, PHONE, opened_page, sign_in, started_browser
    from served_home import served

    PICTURES.mkdir(exist_ok=True)
    sizes = {"desktop": DESKTOP, "phone": PHONE}
    with served(home) as server, started_browser() as browser, opened_page(browser) as blank:
        for shot in shots:
            for width, size in sizes.items():
                with opened_page(browser, size=size) as page:
                    if shot.roles:
                        sign_in(page, server.url, *shot.roles, name="ana", hr_id=shot.hr_id)
                    answer = page.goto(server.url + _address(home, shot.path))
                    if answer is None or not answer.ok:
                        sys.exit(f"{shot.path} is no page to show: {page.title()}")
                    place = PICTURES / f"{shot.name}-{width}.png"
                    height = min(page.evaluate("document.body.scrollHeight"), LONGEST[width])
                    shown = {"x": 0, "y": 0, "width": size["width"], "height": height}
                    taken = page.screenshot(full_page=True, clip=shown)
                    place.write_bytes(fewer_colours(taken, blank))
                    sys.stdout.write(f"{place.relative_to(ROOT)}\n")


def _watch(home: Path) -> None:
    """Put two months of watching into a home that was made a minute ago."""
    from busy_watch import fill_watch
    from stayline.bootstrap import build
    from stayline.settings import Settings

    fill_watch(build(Settings(home=home)), version=1)


def _address(home: Path, path: str) -> str:
    from stayline.bootstrap import build
    from stayline.settings import Settings

    ports = build(Settings(home=home))
    if "{person}" in path:
        (highest,) = ports.scores.entries(limit=1)
        path = path.replace("{person}", highest.token)
    if "{execution}" in path:
        path = path.replace("{execution}", ports.runner.executions()[0].execution_id)
    return path


def _put_on_record(home: Path) -> None:
    """Let people have asked for something, where nobody has yet."""
    from privacy_home import REQUESTS, fill
    from stayline.bootstrap import build
    from stayline.domain.register.rights import RightsRequest
    from stayline.settings import Settings

    settings = Settings(home=home)
    ports = build(settings)
    if not ports.register.entries(RightsRequest):
        scored = ports.scores.entries(limit=len(REQUESTS) + 1)[1:]  # the first has a page
        known = [ports.directory.find(entry.token) for entry in scored]
        fill(ports, settings, [person.hr_id for person in known if person is not None])
    ports.audit.close()


if __name__ == "__main__":
    main()

"""The docs say what is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from stayline.cli.app import app
from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.alarms import AlarmRule
from stayline.formats.alarms_toml import parse_rules
from stayline.formats.schema_toml import parse_schema
from stayline.jobs.table import JOBS

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_the_example_of_the_schema_page_is_a_schema() -> None:
    page = (ROOT / "docs" / "schema.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert parse_schema(example, "docs/schema.md").is_panel


def test_the_readme_begins_with_the_two_commands_and_make_knows_them() -> None:
    commands = re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert commands[:2] == ["up", "test"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(f"\n{command}:" in makefile for command in commands)


@pytest.mark.parametrize(
    "page", ["README.md", "docs/tutorial.md", "docs/runtime.md", "docs/jobs.md"]
)
def test_every_command_and_option_the_docs_show_exists(page: str) -> None:
    shown = re.findall(
        r"^    (?:\.venv/bin/)?stayline (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE
    )
    assert shown
    reference = (ROOT / "docs" / "cli.md").read_text("utf-8")
    for line in shown:
        words = re.sub(r"^--home \S+ ", "", line.split("#")[0]).split()
        name = " ".join(words[:2]) if words[0] in ("models", "access-keys", "jobs") else words[0]
        section = reference.split(f"\n## stayline {name}\n")[1].split("\n## ")[0]
        for option in re.findall(r"(?<!\S)--[a-z-]+", " ".join(words)):
            assert option in section, (line, option)


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.name)
def test_every_default_alarm_has_its_section_in_the_runbook(rule: AlarmRule) -> None:
    page = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    assert f"\n## {rule.section}\n" in page
    assert f"| `{rule.name}` | [{rule.section}](#{rule.anchor}) |" in page
    section = page.split(f"\n## {rule.section}\n")[1].split("\n## ")[0]
    assert f"`{rule.name}" in section
    assert all(f"**{part}**" in section for part in ("Shows as", "Means", "Do"))


def test_the_page_of_alarms_shows_a_rules_file_that_is_taken() -> None:
    page = (ROOT / "docs" / "alarms.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    changed = {rule.name: rule for rule in parse_rules(example)}
    assert changed["latency-high"].threshold == 400_000
    assert changed["bias-drift"].off


def test_the_page_on_jobs_lists_every_job_with_its_schedule() -> None:
    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+?) \|", page, re.MULTILINE))
    assert rows == {job.name: job.schedule.words() for job in JOBS}


def test_every_command_that_cron_and_systemd_are_shown_to_call_exists() -> None:
    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    called = re.findall(r"/stayline --home \S+ (.+?)(?: >>.*)?$", page, re.MULTILINE)
    assert len(called) >= 3
    parser = typer.main.get_command(app)
    for line in called:
        command, words = parser, line.split()
        while isinstance(command, TyperGroup):
            command = command.commands[words.pop(0)]
        with command.make_context("stayline", words):
            pass


def test_no_committed_page_names_a_path_of_one_machine_or_a_registry() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.md", "*.lock", "*.toml", "Makefile", ".ci/run"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    for name in tracked:
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"(?<![\w.])/(work|root|home/\w+)/", text), name
        if name.endswith(".lock"):
            assert "://" not in text


def test_the_generated_pages_are_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_picture_of_the_portal_is_linked_from_its_page_and_no_other_is() -> None:
    linked = re.findall(
        r"\(portal/([\w-]+\.png)\)", (ROOT / "docs" / "portal.md").read_text("utf-8")
    )
    assert set(linked) == {one.name for one in (ROOT / "docs" / "portal").glob("*.png")}


def test_the_pictures_of_the_portal_are_light_enough_for_a_repository() -> None:
    weights = {one.name: one.stat().st_size for one in (ROOT / "docs" / "portal").glob("*.png")}
    assert len(weights) >= 30
    assert sum(weights.values()) <= 3_000_000
    assert max(weights.values()) <= 300_000, weights

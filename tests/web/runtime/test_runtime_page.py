"""The example of docs/runtime.md, as it stands there."""

import re
from pathlib import Path

import boto3

from aws_clients import new_key
from served_home import served

PAGE = Path(__file__).parents[3] / "docs" / "runtime.md"


def test_the_example_of_the_page_scores_and_keeps_a_record(home, monkeypatch, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    key = new_key(home)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # another test's would have its keys
    with served(home, workers_max=1) as running:
        exec(compile(example.replace("http://127.0.0.1:8080", running.url), "page", "exec"), {})  # noqa: S102
    told, record = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"version-1 (low|medium|high) 0\.\d+", told)
    assert "{'FeatureName': 'OverTime', 'ValueAsString': 'No'}" in record

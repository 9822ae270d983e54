"""Commands of a home whose tables are in PostgreSQL."""

import secrets
from pathlib import Path

from command_runs import stayline
from postgres_server import PostgresServer


def test_doctor_tells_which_database_it_is_and_that_it_answers(
    tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "stayline.toml").write_text(f'database_url = "{database_url}"\n')
    ended = stayline("doctor", "--home", tmp_path)
    place = database_url.replace("stayline@", "")
    assert f"whole    database\n         {place} answers\n" in ended.out
    assert not list(tmp_path.glob("*.db"))


def test_doctor_tells_that_a_database_does_not_answer_and_keeps_its_password(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    password = secrets.token_hex(8)
    url = f"postgresql+psycopg://stayline:{password}@127.0.0.1:{postgres.port}/nowhere"
    (tmp_path / "stayline.toml").write_text(f'database_url = "{url}"\n')
    ended = stayline("doctor", "--home", tmp_path)
    assert ended.code == 1
    assert f"127.0.0.1:{postgres.port}/nowhere does not answer" in ended.out
    assert password not in ended.out + ended.err

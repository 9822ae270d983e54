from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from stayline.errors import SettingRefused
from stayline.settings import Settings, load_settings


@pytest.fixture
def write(tmp_path):
    """Write the home's stayline.toml; return the home."""

    def written(text: str) -> Path:
        (tmp_path / "stayline.toml").write_text(text, "utf-8")
        return tmp_path

    return written


def test_nothing_given_means_the_defaults():
    assert load_settings({}) == Settings()


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(write):
    home = write('port = 9000\nactor = "ana"\n')
    found = load_settings({"STAYLINE_HOME": str(home), "STAYLINE_PORT": "9001"})
    assert found == Settings(home=home, port=9001, actor="ana")


def test_the_home_of_the_command_line_wins_over_the_environment(tmp_path):
    assert load_settings({"STAYLINE_HOME": "/elsewhere"}, home=tmp_path).home == tmp_path


def test_an_empty_home_variable_is_no_home():
    assert load_settings({"STAYLINE_HOME": ""}).home == Settings().home


def test_variables_of_other_programs_and_secrets_are_let_be():
    environment = {"PORT": "1", "STAYLINE_TOKEN_KEY": "not read here"}
    assert load_settings(environment) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("port", "http", "a whole number"),
        ("port", "80.5", "a whole number"),
        ("port", "-1", "0 to 65535"),
        ("port", "65536", "0 to 65535"),
        ("max_body_bytes", "0", "1 or more"),
        ("max_instances", "0", "1 or more"),
        ("actor", "", "a text that is not empty"),
        ("host", "  ", "a text that is not empty"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_was_expected(name, value, expected):
    with pytest.raises(SettingRefused) as refused:
        load_settings({f"STAYLINE_{name.upper()}": value})
    assert str(refused.value).startswith(f"Setting {name} is {value!r}; expected ")
    assert expected in str(refused.value)


@pytest.mark.parametrize("port", [0, 1, 65535])
def test_every_port_there_is_can_be_set(port):
    assert load_settings({"STAYLINE_PORT": str(port)}).port == port


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("prot = 80", "prot"),
        ('home = "/elsewhere"', "home"),
        ("port = true", "port"),
        ("actor = 7", "actor"),
        ('host = ["127.0.0.1"]', "host"),
        ("[web]\nport = 80", "web_port"),
        ("port =", "stayline.toml"),
    ],
)
def test_a_file_with_wrong_names_or_values_is_refused(write, text, setting):
    with pytest.raises(SettingRefused, match=f"Setting {setting} is "):
        load_settings({}, home=write(text))


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "stayline.toml").write_bytes('actor = "Zoë"'.encode("utf-16"))
    with pytest.raises(SettingRefused, match=r"stayline\.toml .*readable TOML"):
        load_settings({}, home=tmp_path)


def test_a_home_that_is_a_file_holds_no_settings(tmp_path):
    home = tmp_path / "home"
    home.write_text("port = 1")
    assert load_settings({}, home=home) == Settings(home=home)


def test_every_setting_but_the_home_can_be_set_by_its_variable():
    given = {
        "host": "::1",
        "actor": "ana",
        "endpoint_name": "leaving",
        "endpoint_url": "http://127.0.0.1:9",
        "log_level": "INFO",
        "inbox": "/srv/extracts",
        "tls_cert": "/etc/tls/chain.pem",
        "tls_key": "/etc/tls/key.pem",
        "trusted_proxy": "10.0.0.0/24",
        "capture_durability": "strict",
        "capture_csv_content_types": "text/tab-separated-values",
        "capture_json_content_types": "application/x-json",
        "oidc_issuer": "https://id.example.org",
        "oidc_audience": "stayline",
        "database_url": "postgresql+psycopg://stayline@db.internal/stayline",
        "storage_url": "s3://stayline/home",
    }
    numbers = [field.name for field in fields(Settings) if isinstance(field.default, int)]
    given |= {name: 40 + number for number, name in enumerate(sorted(numbers, reverse=True))}
    given |= {"workers_min": 3, "workers_max": 4, "deploy_canary_percent": 5}
    assert set(given) == {field.name for field in fields(Settings)} - {"home"}
    found = load_settings({f"STAYLINE_{name.upper()}": str(v) for name, v in given.items()})
    assert found == Settings(**given)


def test_a_table_of_the_file_holds_what_its_settings_have_in_common(write):
    home = write('[capture]\ndurability = "strict"\nsampling_percent = 5\n')
    found = load_settings({}, home=home)
    assert (found.capture_durability, found.capture_sampling_percent) == ("strict", 5)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("capture_durability", "often", "one of ['grouped', 'strict']"),
        ("capture_sampling_percent", "101", "a number, 0 to 100"),
        ("workers_min", "3", "3 or more, which is workers_min"),
    ],
)
def test_settings_of_serving_have_their_bounds(name, value, expected):
    with pytest.raises(SettingRefused) as refused:
        load_settings({f"STAYLINE_{name.upper()}": value})
    assert str(refused.value).endswith(f"expected {expected}.")


def test_settings_cannot_be_changed_after_they_were_read():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_there_are_no_more_settings_than_somebody_can_know():
    assert len(fields(Settings)) - len(["home"]) <= 30

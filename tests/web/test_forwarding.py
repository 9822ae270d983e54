import pytest

from stayline.errors import SettingRefused
from stayline.web.calls import Call
from stayline.web.forwarding import Forwarding


def call(client: str | None, *noted: str) -> Call:
    headers = tuple((b"x-forwarded-for", value.encode("latin-1")) for value in noted)
    return Call("GET", "/", b"", headers, b"", client)


@pytest.mark.parametrize(
    ("trusted", "client", "noted", "expected"),
    [
        ("", "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.7", "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.7", "10.0.0.7", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.7", "10.0.0.7", ["made up, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.7", "10.0.0.7", ["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.7", "10.0.0.7", ["127.0.0.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.0/24", "10.0.0.7", ["198.51.100.1, 10.0.0.8"], "198.51.100.1"),
        ("10.0.0.7", "::ffff:10.0.0.7", ["2001:db8::1"], "2001:db8::1"),
        ("::1", "::1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.7", "10.0.0.7", ["198.51.100.1, nonsense"], "10.0.0.7"),
        ("10.0.0.7", "10.0.0.7", ["\xff\x00"], "10.0.0.7"),
        ("10.0.0.7", "10.0.0.7", [""], "10.0.0.7"),
        ("10.0.0.7", "10.0.0.7", [], "10.0.0.7"),
        ("10.0.0.7", None, ["198.51.100.1"], ""),
    ],
)
def test_only_a_trusted_proxy_is_believed(
    trusted: str, client: str | None, noted: list[str], expected: str
) -> None:
    assert Forwarding(trusted).client(call(client, *noted)) == expected


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.0/33", "10.0.0.7,10.0.0.8", "*"])
def test_what_is_no_address_or_network_is_refused(value: str) -> None:
    with pytest.raises(SettingRefused, match=r"10\.0\.0\.0/24"):
        Forwarding(value)

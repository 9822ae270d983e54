import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.modelling.personal_data import PersonalDataKind, PersonalDataScanner

K = PersonalDataKind
PLAIN = PersonalDataScanner()


def kinds(text: str, *terms: str) -> list[PersonalDataKind]:
    return [found.kind for found in PersonalDataScanner(terms).scan(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("to ana.example+hr@mail.example.com, now", K.EMAIL),
        ("<BO@EXAMPLE.ORG>", K.EMAIL),
        ("call +49 30 1234567", K.PHONE),
        ("call +1 (415) 555-2671 today", K.PHONE),
        ("call (415) 555-2671", K.PHONE),
        ("415-555-2671", K.PHONE),
        ("+91 98765 43210", K.PHONE),
        ("SSN 123-45-6789.", K.US_SSN),
        ('{"id":"123 45 6789"}', K.US_SSN),
        ("DE89 3704 0044 0532 0130 00", K.IBAN),
        ("GB29NWBK60161331926819", K.IBAN),
        ("4111 1111 1111 1111", K.PAYMENT_CARD),
        ("5500005555555559", K.PAYMENT_CARD),
        ("2341 2341 2346", K.INDIA_AADHAAR),
    ],
)
def test_what_names_a_person_is_found(text: str, kind: PersonalDataKind) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01T12:00:00.123456Z",
        "2026-03-01 12:00:00",
        "0" * 64,
        "3f2a" * 8,
        "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "1,470 people scored by version 12 in 1234.5 s; 0.246813579",
        "127.0.0.1:8080",
        "sha256:9e107d9d372bb6826bd81d3542a419d6",
        "version-1@2026",
        "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000",
        "4111 1111 1111 1112",
        "DE88 3704 0044 0532 0130 00",
        "2341 2341 2347",
        "http://127.0.0.1:8080/v1/predict",
        "employee.scored  ana  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  number=0",
    ],
)
def test_what_our_logs_are_full_of_is_none(text: str) -> None:
    assert kinds(text) == []


def test_known_names_are_found_as_whole_words() -> None:
    names = ("Ana María Brown", "Zoë  Sørensen", "山田太郎", "Li")
    assert kinds("the file of ana  maría BROWN-", *names) == [K.KNOWN_TERM]
    assert kinds('{"name": "ZOË SØRENSEN"}', *names) == [K.KNOWN_TERM]
    assert kinds("ist 山田太郎 da", *names) == [K.KNOWN_TERM]
    assert kinds("Ana María, Browning; Li; banana", *names) == []


def test_places_are_told_and_never_the_words() -> None:
    text = "to ana@example.com"
    (found,) = PLAIN.scan(text)
    assert text[found.start : found.end] == "ana@example.com"
    assert "ana" not in repr(found)


@given(st.text())
def test_any_text_is_scanned_and_places_are_within(text: str) -> None:
    for found in PersonalDataScanner(["Ana Brown"]).scan(text):
        assert 0 <= found.start < found.end <= len(text)


@given(st.text(alphabet=" ,;:\n\"'()[]{}<>", max_size=20), st.integers(1, 665), st.data())
def test_a_number_is_found_whatever_stands_around_it(
    around: str, area: int, data: st.DataObject
) -> None:
    group, serial = data.draw(st.integers(1, 99)), data.draw(st.integers(1, 9999))
    text = f"{around} {area:03}-{group:02}-{serial:04} {around}"
    assert K.US_SSN in kinds(text)


@given(
    st.lists(st.sampled_from(["Ana", "Brown", "Bo", "von", "Ma\u00efa"]), min_size=2, max_size=4)
)
def test_a_name_is_found_in_any_case_and_spacing(words: list[str]) -> None:
    text = "  ".join(word.upper() for word in words)
    assert K.KNOWN_TERM in kinds(f"x {text}.", " ".join(words))


@pytest.mark.parametrize("text", ["1" * 20_000, "a." * 10_000, "+1 " * 8_000, "A1" * 10_000])
def test_hostile_text_takes_no_long_time(text: str) -> None:
    assert len(PLAIN.scan(text)) < len(text)

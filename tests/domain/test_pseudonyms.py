import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.pseudonyms import MINIMUM_KEY_BYTES, key_fingerprint, pseudonym

KEYS = st.binary(min_size=MINIMUM_KEY_BYTES, max_size=64)
KEY = bytes(range(32))


def test_a_token_is_the_first_half_of_the_keyed_hash():
    full = hmac.new(KEY, b"17", hashlib.sha256).hexdigest()
    assert pseudonym(KEY, "17") == full[:32]


@given(KEYS, KEYS)
def test_a_fingerprint_tells_keys_apart_without_holding_any_of_them(one, other):
    assert len(key_fingerprint(one)) == 32
    assert (key_fingerprint(one) == key_fingerprint(other)) == (one == other)
    assert one.hex()[:16] not in key_fingerprint(one)


@given(KEYS, st.text())
def test_a_token_is_32_hexadecimal_digits_and_always_the_same(key, hr_id):
    token = pseudonym(key, hr_id)
    assert len(token) == 32
    assert set(token) <= set("0123456789abcdef")
    assert token == pseudonym(key, f"\t{hr_id} \n")


@given(st.text(), st.text())
def test_other_people_and_other_keys_give_other_tokens(one, other):
    if one.strip() != other.strip():
        assert pseudonym(KEY, one) != pseudonym(KEY, other)
    assert pseudonym(KEY, one) != pseudonym(KEY[::-1], one)


def test_ids_that_differ_in_case_or_leading_noughts_are_different_people():
    assert len({pseudonym(KEY, hr_id) for hr_id in ("a1", "A1", "1", "01", "001")}) == 5


@pytest.mark.parametrize("size", [0, 1, MINIMUM_KEY_BYTES - 1])
def test_a_short_key_is_refused_without_being_shown(size):
    key = b"k" * size
    with pytest.raises(ValueError, match=f"at least 32 bytes, got {size}$"):
        pseudonym(key, "17")


def test_text_that_no_encoding_can_hold_still_has_a_token():
    assert len(pseudonym(KEY, "\ud800")) == 32

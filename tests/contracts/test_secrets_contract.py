from stores import Backend


def test_the_token_key_is_long_and_stays_the_same(backend: Backend) -> None:
    key = backend.secrets().token_key()
    assert len(key) >= 32
    assert backend.secrets().token_key() == key


def test_asking_for_a_token_key_makes_none(backend: Backend) -> None:
    assert not backend.secrets().has_token_key()
    assert not backend.secrets().has_token_key()
    backend.secrets().token_key()
    assert backend.secrets().has_token_key()

from stores import Backend


def test_the_token_key_is_long_and_stays_the_same(backend: Backend) -> None:
    key = backend.secrets().token_key()
    assert len(key) >= 32
    assert backend.secrets().token_key() == key

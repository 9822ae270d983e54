from stores import Backend


def test_each_store_is_named_and_those_that_are_there_have_no_problem(backend: Backend) -> None:
    problems = backend.stores_check().problems()
    assert set(problems) == {"state store", "feature store", "capture log"}
    assert problems["state store"] is None
    assert problems["capture log"] is None

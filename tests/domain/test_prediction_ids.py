from uuid import RFC_4122, UUID

from stayline.domain.prediction_ids import prediction_ids


def test_every_prediction_has_a_random_uuid_of_its_own() -> None:
    made = [name for _ in range(100) for name in prediction_ids(10)]
    assert len(set(made)) == len(made) == 1000
    for text in made:
        read = UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, RFC_4122)
    free = [
        {text[place] for text in made}
        for place in range(36)
        if place not in (8, 13, 14, 18, 19, 23)
    ]
    assert all(len(digits) == 16 for digits in free)
    assert {text[19] for text in made} == set("89ab")

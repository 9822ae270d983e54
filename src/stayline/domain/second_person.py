"""Who counts as another person, where a rule asks for two."""

import unicodedata


def same_person(one: str, other: str) -> bool:
    """Compare names without regard to case, white space, accents' spelling and invisible letters.

    >>> same_person("Ana ", "ana"), same_person("ana", "ana\\u200b"), same_person("ana", "anna")
    (True, True, False)
    """
    return _plain(one) == _plain(other)


def is_a_name(text: str) -> bool:
    """Whether a text can name a person: something to read, and nothing that cannot be seen.

    >>> is_a_name("Ana Berg"), is_a_name(" "), is_a_name("ana\\u200b")
    (True, False, False)
    """
    return bool(text.strip()) and text.isprintable()


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in folded if letter.isprintable() and not letter.isspace())

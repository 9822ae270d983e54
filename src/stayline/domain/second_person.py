"""Who counts as another person, where a rule asks for two."""


def same_person(one: str, other: str) -> bool:
    """Compare names without regard to case and white space.

    >>> same_person("Ana ", "ana")
    True
    """
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()

"""Content types as a setting lists them."""


def listed(setting: str) -> frozenset[str]:
    """Return the names that a setting tells, parted by commas, in small letters."""
    return frozenset(name.strip().lower() for name in setting.split(",") if name.strip())

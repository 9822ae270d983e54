"""What every answer tells browsers, whichever way it is made."""

PORTAL = "/portal"

SECURITY_HEADERS = (
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
)
"""No answer of the API is a page: nothing is loaded by it, framed or taken for another type."""
PAGE_HEADERS = (
    ("x-content-type-options", "nosniff"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)
"""Pages have our style, pictures and forms, and no script at all. Without a referrer for
ourselves, browsers would send forms with the origin ``null``."""
HTTPS_ONLY = ("strict-transport-security", "max-age=31536000")
"""With TLS: browsers come that way only, for a year."""


def is_page(path: str) -> bool:
    """Whether an address is the portal's, whose answers have `PAGE_HEADERS` of their own.

    >>> is_page("/portal"), is_page("/portal/team"), is_page("/portals"), is_page("/v1/predict")
    (True, True, False, False)
    """
    return path == PORTAL or path.startswith(f"{PORTAL}/")

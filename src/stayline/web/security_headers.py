"""What every answer tells browsers, whichever way it is made."""

SECURITY_HEADERS = (
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
)
"""Nothing that we answer is a page: nothing is loaded by it, framed or taken for another type."""
HTTPS_ONLY = ("strict-transport-security", "max-age=31536000")
"""With TLS: browsers come that way only, for a year."""

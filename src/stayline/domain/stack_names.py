"""What a stack may be called."""

from stayline.errors import SettingRefused

_LONGEST_STACK = 30
"""Bucket names end at 63 characters, and hold an account and a purpose besides."""


def check_stack_name(stack: str) -> str:
    """Return the name; raises `SettingRefused` where the names of its parts would not be valid.

    >>> check_stack_name("stayline-dev")
    'stayline-dev'
    """
    letters = stack.replace("-", "")
    is_plain = letters.isascii() and letters.isalnum() and letters == letters.lower()
    if not (is_plain and stack[0].isalpha() and stack[-1] != "-" and len(stack) <= _LONGEST_STACK):
        expected = f"1 to {_LONGEST_STACK} small letters, digits and hyphens, a letter first"
        raise SettingRefused("stack", stack, expected)
    return stack

"""What a stack may be called."""

from stayline.errors import SettingRefused

STAGES = ("dev", "prod")
"""What a stack is for; each stage is a stack of its own."""
PROFILES = ("steady", "thrifty")
"""How the model is kept ready; the first is the default."""
_LONGEST_STACK = 30
"""Bucket names end at 63 characters, and hold an account and a purpose besides."""


def stack_of(stage: str) -> str:
    """Return what the stack of a stage is called; raises `SettingRefused` for another stage.

    >>> stack_of("dev")
    'stayline-dev'
    """
    if stage not in STAGES:
        raise SettingRefused("stage", stage, f"one of {list(STAGES)}")
    return f"stayline-{stage}"


def check_profile(profile: str) -> str:
    """Return the profile; raises `SettingRefused` where there is none of that name."""
    if profile not in PROFILES:
        raise SettingRefused("profile", profile, f"one of {list(PROFILES)}")
    return profile


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

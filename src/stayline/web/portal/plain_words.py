"""Refusals in words that fit a page: what only a command line can do is left out."""

import re

_COMMAND = re.compile(r"`stayline[^`]*`|(?<=\s)--[a-z][a-z-]*")
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


def plain_words(refusal: object) -> str:
    """Return what a refusal says, up to where a sentence names a command or an option of one.

    >>> plain_words("It has no reason. Give one; on the command line with --reason.")
    'It has no reason. Give one.'
    >>> plain_words("There is no alarm 'x'. See what there is with `stayline alarms list`.")
    "There is no alarm 'x'."
    >>> plain_words("None is named. Name it as the message does, e.g. --subject 'Sex = X'.")
    'None is named. Name it as the message does.'
    """
    sentences = re.split(r"(?<=[.!?])(?<!e\.g\.)\s+", _COMMAND.sub(_MARK, str(refusal)))
    return " ".join(filter(None, map(_without_commands, sentences)))


def _without_commands(sentence: str) -> str:
    if _MARK not in sentence:
        return sentence
    clauses = re.split(r"(?=[,;] )", sentence)
    at = next(number for number, clause in enumerate(clauses) if _MARK in clause)
    return f"{''.join(clauses[:at])}." if at else ""

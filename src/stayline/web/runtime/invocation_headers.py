"""The headers of InvokeEndpoint, as options of a score."""

import re

from stayline.domain.score_request import ScoreOptions
from stayline.formats.content_types import Form
from stayline.formats.custom_attributes import asks_for_reasons
from stayline.web.calls import Call

PREFIX = "X-Amzn-SageMaker-"
CUSTOM_ATTRIBUTES = b"x-amzn-sagemaker-custom-attributes"
INFERENCE_ID = b"x-amzn-sagemaker-inference-id"
TARGET_VARIANT = b"x-amzn-sagemaker-target-variant"
EXPLANATIONS = b"x-amzn-sagemaker-enable-explanations"
_UNSUPPORTED = {
    b"x-amzn-sagemaker-" + name.encode(): name
    for name in (
        "target-model",
        "target-container-hostname",
        "inference-component",
        "session-id",
        "prefix-aware-id",
    )
}
_INFERENCE_ID = re.compile(r"[!-~][ -~]{0,63}")
_CUSTOM_ATTRIBUTES = re.compile(r"[ -~]{0,1024}")
_VARIANT = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9])*")
_YES_NO = {"true": True, "false": False}


class HeaderRefused(ValueError):
    """A header of an invocation that says what it cannot say here."""


def checked_headers(call: Call) -> None:
    """Refuse, as `HeaderRefused`, a header that asks for what this endpoint has not."""
    for name, _ in call.headers:
        if name in _UNSUPPORTED:
            told = _UNSUPPORTED[name].title()
            raise HeaderRefused(
                f"{PREFIX}{told} is not supported: this endpoint has one container with one model "
                "a variant, and keeps no sessions."
            )


def with_explanations(call: Call) -> bool:
    """Return whether reasons are asked for; the header's value may stand in backquotes.

    An endpoint of SageMaker hands on custom attributes only, so ``reasons=true`` there asks, too.
    """
    given = call.header(EXPLANATIONS)
    if given is None:
        return asks_for_reasons(call.header(CUSTOM_ATTRIBUTES) or "")
    wanted = _YES_NO.get(given.strip().strip("`").casefold())
    if wanted is None:
        raise HeaderRefused(f"{PREFIX}Enable-Explanations must be `true` or `false`.")
    return wanted


def score_options(call: Call, form: Form, accept: Form, *, with_reasons: bool) -> ScoreOptions:
    """Return the options that the headers give; raises `HeaderRefused` for one out of bounds."""
    custom = _checked(call, CUSTOM_ATTRIBUTES, _CUSTOM_ATTRIBUTES, "at most 1024 ASCII characters")
    return ScoreOptions(
        with_reasons=with_reasons,
        target_variant=_checked(call, TARGET_VARIANT, _VARIANT, "the name of a variant"),
        inference_id=_checked(call, INFERENCE_ID, _INFERENCE_ID, "1 to 64 printable characters"),
        custom_attributes=() if custom is None else (custom,),
        content_type=form,
        accept=accept,
    )


def _checked(call: Call, name: bytes, form: re.Pattern[str], expected: str) -> str | None:
    value = call.header(name)
    if value is not None and (not form.fullmatch(value) or (form is _VARIANT and len(value) > 63)):
        raise HeaderRefused(f"{name.decode().title()} must be {expected}.")
    return value

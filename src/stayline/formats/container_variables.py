"""What SageMaker's platform sets in a serving container about the form of answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from stayline.errors import SettingRefused
from stayline.formats.content_types import ANSWER_FORMS, Form, NotAcceptable, answer_form
from stayline.formats.invocation_answers import SELECTABLE

DEFAULT_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
SELECTED = "SAGEMAKER_INFERENCE_OUTPUT"


@dataclass(frozen=True, slots=True)
class ContainerVariables:
    """The form of an answer that nobody chose, and the keys that answers are narrowed to."""

    default_form: Form = Form.CSV
    selected: tuple[str, ...] = ()


def container_variables(environment: Mapping[str, str]) -> ContainerVariables:
    """Return what the variables say; raises `SettingRefused` for what they cannot.

    >>> container_variables({"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,probability"}).selected
    ('predicted_label', 'probability')
    """
    accept = environment.get(DEFAULT_ACCEPT, "")
    try:
        form = answer_form(accept, Form.CSV)
    except NotAcceptable:
        raise SettingRefused(DEFAULT_ACCEPT, accept, f"one of {', '.join(ANSWER_FORMS)}") from None
    words = environment.get(SELECTED, "").split(",")
    selected = tuple(word.strip() for word in words if word.strip())
    if unknown := [key for key in selected if key not in SELECTABLE]:
        raise SettingRefused(SELECTED, unknown[0], f"keys of {', '.join(SELECTABLE)}")
    return ContainerVariables(form, selected)

"""The alarm rules of the home, for pages that have more to show than those."""

from collections.abc import Sequence

from stayline.domain.alarms import AlarmRule
from stayline.errors import SettingRefused
from stayline.formats.alarms_toml import read_rules
from stayline.web.gateway import Gateway
from stayline.web.portal.plain_words import plain_words


def rules_or_problem(gateway: Gateway) -> tuple[Sequence[AlarmRule], str]:
    """Return the rules, and in words why there are none to be read, empty where they are."""
    try:
        return read_rules(gateway.settings.home), ""
    except SettingRefused as refusal:
        return (), plain_words(refusal)

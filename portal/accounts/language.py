"""The languages in which a business may talk to its clients by itself."""

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    EN = "en"
    ES = "es"
    FR = "fr"


NAMES: Mapping[Language, str] = {Language.EN: "English", Language.ES: "Spanish", Language.FR: "French"}


def known(code: str) -> Language | None:
    """None for what is no language here, as typed into an address."""
    return Language(code) if code in set(Language) else None

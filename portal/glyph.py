"""Text of strangers as it may be shown: what would hide, reverse or break a line is made visible (promise P16)."""

import re

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]")


def shown(text: str) -> str:
    """`text` with control, bidirectional and invisible characters as signs; line ends, tabs and emoji stay."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text.replace("\r\n", "\n"))

"""Text of strangers as it may be shown: what would hide, reverse or break a line is made visible (promise P16)."""

import re

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]")


def shown(text: str) -> str:
    """`text` with control, bidirectional and invisible characters as signs; line ends, tabs and emoji stay."""
    return _HIDDEN.sub(lambda found: _sign(found.group()), text.replace("\r\n", "\n"))


def _sign(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"

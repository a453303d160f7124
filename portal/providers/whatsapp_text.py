"""What a WhatsApp message says, as plain text: the words that were typed or tapped, or what else it was.

The words of a button, a caption or a list are the client's own words: a STOP counts wherever it stands.
"""

from collections.abc import Mapping
from typing import Any

from portal.providers.part import inside, part, plain

_MEDIA = {
    "image": "(Picture)", "video": "(Video)", "document": "(Document)", "audio": "(Voice message)",
    "sticker": "(Sticker)",
}  # fmt: skip
_OTHER = {
    "location": "(Location)", "contacts": "(Contact card)", "order": "(Order)", "reaction": "(Reaction removed)",
}  # fmt: skip
UNKNOWN = "(A message that cannot be shown here)"
MEDIA = frozenset(_MEDIA)


def words(message: Mapping[str, Any]) -> str:
    """Raises ValueError where a kind that has words has none."""
    kind = message.get("type")
    if kind == "text":
        return plain(inside(message, "text", "body"))
    if kind == "button":
        return plain(inside(message, "button", "text"))
    if kind == "interactive":
        return _chosen(part(message, "interactive"))
    if kind in _MEDIA:
        return plain(part(message, kind).get("caption") or "") or _MEDIA[kind]
    if kind == "reaction":
        sign = plain(part(message, kind).get("emoji") or "")
        return f"(Reaction {sign})" if sign else _OTHER[kind]
    return _OTHER.get(str(kind), UNKNOWN)


def _chosen(interactive: Mapping[str, Any]) -> str:
    kind = interactive.get("type")
    if kind in ("button_reply", "list_reply"):
        return plain(inside(interactive, kind, "title"))
    return UNKNOWN

"""What a packet does not tell: other people's numbers and addresses, and links that open a client's own page.

A packet goes to strangers, who are to read what this one person agreed to and nothing about anybody else. What is
bound by a commitment cannot be masked without breaking it, so such a field loses its value and its salt together; who
checks the packet finds it withheld, like one that was erased.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher

from portal.consent import phone_number

NUMBER, MAIL, LINK = "[number masked]", "[e-mail masked]", "[personal link masked]"
RULE = (
    "Telephone numbers and e-mail addresses of others are masked in texts, notes and reasons, and so is the key of a "
    "personal link; the number this packet is about and those of the business are not. Numbers and addresses written "
    "out in words are not recognised. A sealed value that would show one is left out with its salt, which does not "
    "break its entry."
)
EVERYTHING = "Nothing is masked: this packet was made with everything in it, for counsel."
LEAST_DIGITS = 7

_FREE = frozenset(
    {"words", "note", "reason", "said", "texted", "because_of_numbers", "file", "referrer", "page_url", "rendered",
     "typed", "taken_by"}
)  # fmt: skip
"""What somebody wrote, or what shows it. The business's own words are known by their version."""
_OWN_WORDS = ("wording_version", "flow")
_MAIL = re.compile(r"(?<![\w.+'’-])[\w.+'’-]++(?:@|%40)[\w-]+(?:\.[\w-]+)++")
_LINK = re.compile(r"(/[cp]/|(?:[?&;]|%3f|%26)c(?:=|%3d))[\w.~-]{6,}+", re.IGNORECASE)
_ODD_GAP = re.compile(r"(?<=[\d)])[_•·∙‧~*\r\n\t](?=[\d(])|(?<=\d)\+(?=\d)|\r(?=\n)|(?<=\r)\n")
_ABROAD = re.compile(r"(?<!\d)00(?=[1-9])")


@dataclass
class Redaction:
    """What one packet masks. `own` are the numbers that may stand in it; `places` and `withheld` fill as it is made."""

    own: Collection[str]
    mails: Collection[str] = ()
    region: str = "US"
    keeps_everything: bool = False
    places: int = 0
    withheld: list[dict[str, Any]] = field(default_factory=list)

    def text(self, words: str) -> str:
        """`words` with what is not to be told masked."""
        return words if self.keeps_everything else self._numbers(self._mails(self._links(words)))

    def wording(self, words: str) -> str:
        """The business's own words, in which its numbers stand as they are; the link in them is the client's."""
        return words if self.keeps_everything else self._links(words)

    def entry(self, entry: Any) -> tuple[Any, dict[str, Any]]:
        """The ledger entry as it may leave, and its values for the reader, masked where the entry has them not."""
        shown = {name: self._value(name, value, entry.evidence) for name, value in entry.evidence.items()}
        hidden = [name for name, value in entry.evidence.items() if shown[name] != value]
        self.withheld += [{"seq": entry.seq, "name": name} for name in hidden]
        values, salts = (
            {name: value for name, value in of.items() if name not in hidden} for of in (entry.evidence, entry.salts)
        )
        return entry._replace(evidence=values, salts=salts), shown

    def told(self) -> dict[str, Any]:
        return {
            "places": self.places, "rule": EVERYTHING if self.keeps_everything else RULE,
            "kept_everything": self.keeps_everything, "withheld": self.withheld,
        }  # fmt: skip

    def _value(self, name: str, value: Any, among: Mapping[str, Any]) -> Any:
        is_own_words = name == "words" and any(each in among for each in _OWN_WORDS)
        return value if name not in _FREE or is_own_words else self._any(value, is_strict=name == "rendered")

    def _any(self, value: Any, *, is_strict: bool) -> Any:
        if isinstance(value, Mapping):
            return {name: self._any(each, is_strict=is_strict) for name, each in value.items()}
        if isinstance(value, list):
            return [self._any(each, is_strict=is_strict) for each in value]
        if not isinstance(value, str) or self.keeps_everything:
            return value
        return self._numbers(self._mails(self._links(value)), is_strict=is_strict)

    def _links(self, words: str) -> str:
        return self._replaced(_LINK.finditer(words), words, lambda found: f"{found[1]}{LINK}")

    def _mails(self, words: str) -> str:
        if "@" not in words and "%40" not in words:
            return words
        known = {each.casefold() for each in self.mails if each}
        strange = (found for found in _MAIL.finditer(words) if found[0].casefold() not in known)
        return self._replaced(strange, words, lambda _: MAIL)

    def _numbers(self, words: str, *, is_strict: bool = False) -> str:
        """Whatever could be dialled; in HTML, where names are full of digits, only what could be a real number."""
        if sum(map(str.isdecimal, words)) < LEAST_DIGITS:
            return words
        leniency = Leniency.VALID if is_strict else Leniency.POSSIBLE
        found = PhoneNumberMatcher(_plain(words), self.region, leniency=leniency)
        return self._replaced((each for each in found if not self._is_own(each)), words, lambda _: NUMBER)

    def _is_own(self, found: Any) -> bool:
        """Also where only its last digits were written, as people do."""
        e164 = phone_number.canonical(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))
        digits = "".join(filter(str.isdecimal, found.raw_string))
        return any(e164 == own or (len(digits) >= LEAST_DIGITS and own.endswith(digits)) for own in self.own)

    def _replaced(self, found: Iterable[Any], words: str, said: Any) -> str:
        pieces, end = [], 0
        for each in found:
            start, stop = (each.start(), each.end()) if isinstance(each, re.Match) else (each.start, each.end)
            pieces += [words[end:start], said(each)]
            end = stop
            self.places += 1
        return "".join([*pieces, words[end:]]) if pieces else words


def _plain(words: str) -> str:
    """As many characters, the digits where they are, and between them only what is usual between digits."""
    return _ABROAD.sub("+ ", _ODD_GAP.sub(" ", words))

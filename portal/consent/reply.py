"""What an inbound text means for consent: one pure function over one readable table.

`read` decides words only; whether a YES counts is decided by the open request (replies/README 6.8).
Whole messages come first; then everyday language is blanked out and requests and doubts are sought.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from portal.consent import reply_grammar, reply_peel, reply_text
from portal.consent.reply_rule import Meaning

__all__ = ["GRAMMAR_VERSION", "Context", "Meaning", "Verdict", "provider_keyword", "read"]

GRAMMAR_VERSION = "4"
"""Stored with every verdict; changes whenever a text may be read differently than before."""

SOFT_NO = "soft_no"
"""The rule, in each language, of a polite refusal."""

SHORT = 24
"""Characters; a longer text is hardly ever said twice."""

Context = Literal["none", "optin_pending", "opted_out_no_request", "other_question"]
Action = Literal["stop", "start", "help"]

PROVIDER_KEYWORDS: dict[str, Action] = {
    **dict.fromkeys(("stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"), "stop"),
    **dict.fromkeys(("start", "yes", "unstop"), "start"),
    **dict.fromkeys(("help", "info"), "help"),
}


@dataclass(frozen=True)
class Verdict:
    """How a reply was read and why; stored beside the message so that the owner can see it.

    `rule` is the id of the row, with "/why" behind it where a circumstance changed the meaning of the row.
    """

    meaning: Meaning
    rule: str
    matched: str
    normalized: str
    grammar_version: str = GRAMMAR_VERSION

    @property
    def is_likely(self) -> bool:
        """Whether a review more likely than not means "no texts", and gets the one clarification text.

        The other reviews are soft: nothing is sent back (replies/README 6.9).
        """
        return self.meaning is Meaning.REVIEW and reply_grammar.is_likely(self.rule)

    @property
    def public_meaning(self) -> Meaning:
        """The meaning in the six words of interface.md: a No to an open request refuses, any other No is none."""
        if self.meaning is not Meaning.NO:
            return self.meaning
        return Meaning.OPT_OUT if self.rule.endswith("/request") else Meaning.NONE


def read(
    text: str,
    *,
    recent_outbound: Sequence[str] = (),
    context: Context = "none",
    extra_opt_out: Collection[str] = (),
    extra_opt_in: Collection[str] = (),
    extra_help: Collection[str] = (),
) -> Verdict:
    """Read one inbound text.

    `recent_outbound` are the last texts we sent, so that our own footer sent back is not a request.
    The extra words are the business's own: they add to the table and replace nothing in it; an extra
    opt-in word means YES.  With a context that says nobody asked, a YES is none.
    """
    if recent_outbound or len(text) > SHORT:
        return _read(text, recent_outbound, context, extra_opt_out, extra_opt_in, extra_help)
    return _remembered(text, context, tuple(extra_opt_out), tuple(extra_opt_in), tuple(extra_help))


def _read(
    text: str,
    recent_outbound: Sequence[str],
    context: Context,
    extra_opt_out: Collection[str],
    extra_opt_in: Collection[str],
    extra_help: Collection[str],
) -> Verdict:
    own = reply_peel.own_words(reply_text.window(text))
    said = reply_text.plain(own)
    if said.count(" ") > 2:
        said = reply_peel.without_ours(said, recent_outbound)
    verdict = (
        _extra(said, Meaning.OPT_OUT, extra_opt_out)
        or _table(said, reply_grammar.whole(own, said))
        or _extra(said, Meaning.YES, extra_opt_in)
        or _extra(said, Meaning.HELP, extra_help)
        or _table(said, reply_grammar.request(own, said))
        or Verdict(Meaning.NONE, "nothing_found", "", said)
    )
    return _in_context(verdict, context, own)


@lru_cache(maxsize=1024)
def _remembered(text: str, context: Context, *extra: tuple[str, ...]) -> Verdict:
    """Nearly all replies are one of few words."""
    return _read(text, (), context, *extra)


def provider_keyword(text: str) -> Action | None:
    """The bare words on which Twilio itself acts and replies: one word, any case, no punctuation.

    replies/README section 3; on these the provider answers, so we do not (rules.md row 4).
    """
    word = text.strip(" \t\r\n")
    return PROVIDER_KEYWORDS.get(word.lower()) if word.isascii() else None


def _in_context(verdict: Verdict, context: Context, own: str) -> Verdict:
    """“No thanks” asks a member; behind an open request it is the No that was offered (replies/README 6.8)."""
    is_no = verdict.meaning is Meaning.NO or verdict.rule.rpartition(".")[2] == SOFT_NO
    if is_no and context == "optin_pending":
        return replace(verdict, rule=f"{verdict.rule}/request", meaning=Meaning.NO)
    if verdict.meaning is Meaning.NO and "!!!" in own:
        return replace(verdict, rule=f"{verdict.rule}/shouted", meaning=Meaning.REVIEW)
    if verdict.meaning is Meaning.YES and context in ("opted_out_no_request", "other_question"):
        return replace(verdict, rule=f"{verdict.rule}/unasked", meaning=Meaning.NONE)
    return verdict


def _extra(said: str, meaning: Meaning, words: Collection[str]) -> Verdict | None:
    flat = reply_text.flat(said)
    if flat and any(reply_text.flat(reply_text.plain(word)) == flat for word in words):
        return Verdict(meaning, f"extra_{meaning}", flat, said)
    return None


def _table(said: str, found: reply_grammar.Match | None) -> Verdict | None:
    if found is None:
        return None
    if found.doubt:
        return Verdict(Meaning.REVIEW, f"{found.rule.id}/{found.doubt}", found.matched, said)
    return Verdict(found.rule.meaning, found.rule.id, found.matched, said)

"""How one inbound text is read, with what we wrote before it and what its business added to the words that count."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import reply
from portal.consent.reply import Context, Meaning, Verdict
from portal.messaging import message, one_time_code
from portal.providers.provider import InboundText, Provider
from portal.statement import Statement, param

RECENT = 10  # of our own texts, which a reply may quote

_OURS = Statement(
    sa.select(*(message.table.c[name] for name in ("text", "purpose", "number", "once_key")))
    .where(message.table.c.subscription_id == param("subscription_id"), message.table.c.direction == "outbound")
    .order_by(message.table.c.created_at.desc(), message.table.c.id.desc())
    .limit(RECENT)
)


def read(session: Session, row: Any, event: InboundText, *, is_asked: bool) -> Verdict:
    """`row` from caller.find; `is_asked`: something of ours waits for a Yes or No. The provider's word for a STOP is
    stronger than ours; its word is never an opt-in (rules.md row 20)."""
    is_bare = reply.provider_keyword(event.text) is not None  # then it quotes nothing of ours
    ours = () if is_bare else _OURS.rows(session, subscription_id=row.id)
    recent = [one_time_code.as_sent(session, each) for each in ours]
    context: Context = "optin_pending" if is_asked else "none"
    verdict = reply.read(
        event.text, recent_outbound=recent, context=context,
        extra_opt_out=row.opt_out_words, extra_opt_in=row.opt_in_words,
    )  # fmt: skip
    if event.keyword == "stop" and verdict.meaning is not Meaning.OPT_OUT:
        return Verdict(Meaning.OPT_OUT, "provider", "", verdict.normalized, verdict.grammar_version)
    return verdict


def keyword(event: InboundText) -> str | None:
    """What the carrier's world takes the bare word for: stop, start or help."""
    return reply.provider_keyword(event.text) if event.keyword is None else event.keyword


def is_answered(provider: Provider, event: InboundText, word: str) -> bool:
    """Whether the provider answers it: by its own word for it, or because it acts on exactly this bare word at this
    number (rules.md 5.7)."""
    if event.keyword is not None:
        return event.keyword == word
    is_bare = event.text.isascii() and reply.provider_keyword(event.text) in (word, None)
    return is_bare and provider.answers(event.text, event.recipient)

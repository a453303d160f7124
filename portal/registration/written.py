"""A pack as plain text, to read, to send on and to copy from."""

from collections.abc import Iterator, Sequence

from portal.registration import clause, text_rule
from portal.registration.check import Check, State
from portal.registration.pack import Answered, Pack

_SIGNS = {State.READY: "[x]", State.LOOK: "[?]", State.FIX: "[ ]"}


def of(pack: Pack, checks: Sequence[Check]) -> str:
    return "\n".join(_lines(pack, checks)) + "\n"


def _lines(pack: Pack, checks: Sequence[Check]) -> Iterator[str]:
    yield f"Registration of text messages: {pack.brand}"
    for each in pack.numbers:
        yield f"{each.number}: {each.kind_in_words}. {each.asks}"
    yield from _section("Campaign description", pack.description)
    yield from _section("Message flow", pack.message_flow)
    if pack.offers:
        yield from _section("Words beside the question about offers", pack.offers)
    for i, text in enumerate(pack.samples, 1):
        yield from _section(f"Sample text {i} ({text.title})", text.text)
    yield from _section("Opt-in text", *_answer(pack.opt_in))
    yield from _section("Opt-out text", *_answer(pack.opt_out))
    yield from _section("Help text", *_answer(pack.help))
    yield from _section("Texts hold links", _yes(pack.has_embedded_links))
    yield from _section("Texts hold phone numbers", _yes(pack.has_embedded_phone))
    yield from _section("Privacy policy", pack.privacy_url)
    yield from _section("SMS terms", pack.terms_url)
    yield from _section("Proof of the way to consent", pack.proof_url)
    yield from _section("Clauses of the privacy policy", clause.written(pack.privacy))
    yield from _section("SMS terms in full", clause.written(pack.terms))
    yield from _section(
        "Checked", *(f"{_SIGNS[each.state]} {each.code} {each.wants}: {each.sentence}" for each in checks)
    )


def _section(title: str, *lines: str) -> Iterator[str]:
    yield from ("", title, "-" * len(title), *lines)


def _answer(answered: Answered) -> tuple[str, str]:
    return answered.text, f"Keywords: {text_rule.words(answered)}"


def _yes(is_so: bool) -> str:
    return "Yes" if is_so else "No"

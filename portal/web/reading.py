"""`/settings/reading`: how a client's reply would be read, and why. Nothing is stored and nobody is texted."""

from dataclasses import dataclass

from sqlmodel import Session

from forms.reading import ReadingForm
from portal.consent import reply, reply_matter
from portal.consent.reply import Meaning, Verdict
from portal.messaging import review_reason
from portal.messaging.review_reason import Piece
from portal.web.page import Answer, Page
from portal.web.visit import Visit

EFFECTS = {
    Meaning.OPT_OUT: ("Stops all texts", "Nothing is sent to this number any more, by hand or by itself."),
    Meaning.REVIEW: ("You are asked", "It may mean stop. Automated texts wait until you decide; you may still write."),
    Meaning.START: ("Opens texting again", "Where the client had stopped. It is answered by a confirmation."),
    Meaning.YES: ("Agrees", "Where we had asked for a YES. Everywhere else it is a normal text."),
    Meaning.NO: ("Refuses", "Where we had asked for a YES. Everywhere else it is a normal text."),
    Meaning.HELP: ("Gets the help text", "Once in a while, whatever their status. Nothing else changes."),
    Meaning.NONE: ("A normal text", "It stands in the conversation and changes nothing."),
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """`why` is empty for a text in which nothing was found."""

    meaning: Meaning
    title: str
    effect: str
    pieces: tuple[Piece, ...]
    why: str
    rule: str
    normalized: str
    version: str
    other_matter: str


def show(session: Session, visit: Visit) -> Answer:
    """A GET with `text` reads it: it changes nothing, and can be passed on."""
    form = ReadingForm(visit.query)
    is_valid = form.is_valid()
    text = str(form.text.data or "")
    found = _read(visit, text, is_asked=bool(form.asked.data)) if is_valid and text.strip() else None
    return Page("reading/page.html", {"form": form, "reading": found}, 200 if is_valid else 422)


def _read(visit: Visit, text: str, *, is_asked: bool) -> Reading:
    verdict = reply.read(
        text, context="optin_pending" if is_asked else "none",
        extra_opt_out=visit.business.opt_out_words, extra_opt_in=visit.business.opt_in_words,
    )  # fmt: skip
    kept = {"rule": verdict.rule, "matched": verdict.matched}
    title, effect = EFFECTS[verdict.meaning]
    return Reading(
        verdict.meaning, title, effect, review_reason.marked(text, kept), _why(verdict, kept),
        review_reason.rule(kept), verdict.normalized, verdict.grammar_version,
        reply_matter.other_matter(text, verdict),
    )  # fmt: skip


def _why(verdict: Verdict, kept: dict[str, str]) -> str:
    if verdict.meaning is Meaning.REVIEW:
        return review_reason.why(kept)
    return f"Because of “{verdict.matched}”." if verdict.matched else ""

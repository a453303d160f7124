"""Each Yes: the question as the client saw it, the exact words beside it, the circumstances, and the confirmation."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from portal.evidence import paper_fact, paper_flow, paper_form, paper_shown, paper_story
from portal.evidence.paper_moment import Watch
from portal.evidence.paper_sheet import Sheet
from portal.evidence.paper_shown import Shown
from portal.evidence.paper_style import BAD, BODY, FAINT, SMALL, Style

Row = Mapping[str, Any]

SHORT = 250.0
"""Points that a Yes without a form needs."""
_NAMES = {
    "question": "the question", "answer": "the answer", "block_html": "the page as shown", "block_sha256": "its hash",
    "text": "the words", "wording_version": "the version of the words", "shown_default": "what was chosen beforehand",
    "privacy_url": "the privacy link", "terms_url": "the terms link", "form_title": "the form",
    "form_version": "its version", "page": "the page", "referrer": "where they came from", "ip": "the network address",
    "user_agent": "the browser", "time_zone": "the client's time zone", "visibility": "how it was seen",
    "confirmation": "a confirmation",
}  # fmt: skip
_PROOFS = {
    "handset": "the phone itself answered", "personal_link": "the holder of the client's personal link",
    "anonymous": "whoever had the form open", "attested": "recorded by the business; the phone itself did not answer",
}  # fmt: skip


def draw(sheet: Sheet, packet: Row, watch: Watch) -> None:
    found = paper_story.rows(packet, "consents")
    sheet.new_page()
    if not found:
        paper_flow.heading(sheet, "What the client agreed to")
        paper_flow.paragraph(sheet, "This packet holds no Yes of this number.")
    for nth, consent in enumerate(found):
        if nth and consent.get("block_html"):
            sheet.new_page()
        elif nth:
            sheet.y += 12
            sheet.room(SHORT)
        _one(sheet, packet, consent, f"{nth + 1} of {len(found)}: " if len(found) > 1 else "", watch)


def _one(sheet: Sheet, packet: Row, consent: Row, which: str, watch: Watch) -> None:
    entry = paper_story.entry_of(packet, consent["seq"])
    title = "The question as the client saw it" if consent.get("block_html") else "The words the client agreed to"
    paper_flow.heading(sheet, title if not which else f"Yes {which}{title[0].lower()}{title[1:]}")
    how = paper_fact.word(paper_fact.ORIGINS, consent.get("origin") or (entry or {}).get("origin"))
    told = f"Given {how or 'in an unknown way'} on {watch.full(consent['at'])}; entry {consent['seq']} of the record."
    paper_flow.paragraph(sheet, told, BODY, gap=8)
    paper_shown.beside(sheet, _shown(sheet, packet, consent, entry), lambda: _words(sheet, consent, entry, watch))
    _circumstances(sheet, consent, entry, watch)
    _marketing(sheet, packet, consent, entry)


def _shown(sheet: Sheet, packet: Row, consent: Row, entry: Row | None) -> Shown | None:
    """The stored block, or the texts to and fro where the Yes was a text; paper and word of mouth had no screen."""
    html, business = consent.get("block_html"), str(packet["business"]["name"])
    if not html:
        return paper_shown.texts(sheet, packet, entry)
    typed = consent.get("typed") or ((entry or {}).get("values") or {}).get("typed")
    return paper_shown.form(
        sheet, str(html), consent.get("answer"), typed, top=str(consent.get("form_title") or business)
    )


def _marketing(sheet: Sheet, packet: Row, consent: Row, entry: Row | None) -> None:
    """The question of its own about marketing, where it was asked beside the first (rules.md row 15)."""
    asked = consent.get("marketing") or ((entry or {}).get("values") or {}).get("marketing")
    if not isinstance(asked, Mapping):
        return
    sheet.room(SHORT)
    paper_flow.heading(sheet, "The question about marketing, asked on its own", level=1)
    answer = str(asked.get("choice") or "")
    told = f"Answer: {answer.capitalize() or 'left open'}. Chosen beforehand: {_beforehand(asked.get('default'))}."
    paper_flow.paragraph(sheet, told, BODY, gap=8)
    kept = {"wording_version": asked.get("wording_version"), "block_sha256": asked.get("rendered_sha256")}
    block = paper_shown.form(
        sheet, str(asked.get("rendered") or ""), answer, None, top=str(consent.get("form_title") or "")
    )

    def beside() -> None:
        paper_shown.words(sheet, asked.get("words") or "not recorded", kept)
        paper_flow.paragraph(sheet, paper_fact.seen(asked.get("visibility")), FAINT)

    paper_shown.beside(sheet, block if asked.get("rendered") else None, beside)


def _words(sheet: Sheet, consent: Row, entry: Row | None, watch: Watch) -> None:
    is_erased = entry is not None and not entry.get("values")
    nothing = "These words were erased; their seal stands in the record." if is_erased else "not recorded"
    paper_shown.words(sheet, consent.get("text") or nothing, consent)
    if consent.get("block_html"):
        told = "Drawn from the page kept at the time."
        if not paper_shown.is_whole(consent):
            odd = "The page drawn here is not the one with that hash: something in it was masked or changed."
            paper_flow.paragraph(sheet, odd, Style(8, 11.5, is_bold=True, colour=BAD))
        if "radio" in consent["block_html"]:
            told += " The filled circle and the number are the client's answer; nothing was filled in for them."
        paper_flow.paragraph(sheet, told, FAINT, gap=6)
    _confirmation(sheet, consent, watch)


def _circumstances(sheet: Sheet, consent: Row, entry: Row | None, watch: Watch) -> None:
    paper_flow.label(sheet, "THE CIRCUMSTANCES")
    rows = [(name, value) for name, value in _facts(consent, entry, watch) if value not in (None, "")]
    paper_flow.pairs(sheet, rows)
    missing = [_NAMES.get(str(name), str(name)) for name in consent.get("not_kept") or ()]
    if missing:
        sheet.y -= 4
        paper_flow.paragraph(sheet, f"Not recorded for this Yes: {', '.join(missing)}.", FAINT, gap=10)


def _facts(consent: Row, entry: Row | None, watch: Watch) -> Iterator[tuple[str, Any]]:
    values = (entry or {}).get("values") or {}
    yield "When", f"{watch.full(consent['at'])} ({consent['at']})"
    yield "On the clock there", consent.get("local_time")
    proof = consent.get("proof") or ((entry or {}).get("sealed") or {}).get("proof")
    yield "Who acted", paper_fact.word(_PROOFS, proof)
    yield "Question and answer", _answered(consent)
    yield "Chosen beforehand", _beforehand(consent.get("shown_default"))
    yield "Covers", paper_fact.word(paper_fact.SCOPES, consent.get("scope"))
    yield "Number as typed", consent.get("typed") or values.get("typed")
    yield "Shown how", paper_fact.seen(consent.get("visibility"))
    yield "Taken", consent.get("way")
    yield "Agreed on", consent.get("agreed_on")
    yield "Note", consent.get("note")
    yield from _place(consent)
    for attached in consent.get("attachments") or ():
        yield "Attached", f"{attached.get('name')} ({attached.get('media_type')})"


def _place(consent: Row) -> Iterator[tuple[str, Any]]:
    """The form and the browser; the links only where the drawn page does not print them."""
    title, version = consent.get("form_title"), consent.get("form_version")
    if title or version is not None:
        yield "Form", f"{title or 'untitled'}{'' if version is None else f', version {version}'}"
    yield "Page", consent.get("page")
    yield "Came from", consent.get("referrer")
    block = str(consent.get("block_html") or "")
    for name, link in (("Privacy policy", consent.get("privacy_url")), ("Terms", consent.get("terms_url"))):
        yield name, None if link and escape(str(link)) in block else link
    yield "Network address (IP)", consent.get("ip")
    yield "Browser", consent.get("user_agent")


def _answered(consent: Row) -> str:
    question, answer = consent.get("question") or "", str(consent.get("answer") or "").capitalize()
    return f"{question}  {answer}".strip()


def _beforehand(default: Any) -> str | None:
    return "nothing: the client had to choose" if default == "none selected" else default


def _confirmation(sheet: Sheet, consent: Row, watch: Watch) -> None:
    paper_flow.label(sheet, "THE CONFIRMATION THAT FOLLOWED")
    sent = consent.get("confirmation")
    if not sent:
        paper_flow.paragraph(sheet, "None is on record.", SMALL)
        return
    text = sheet.lines(sent.get("text") or "Its words are not in this packet.", SMALL, sheet.width - 10)
    paper_form.card(sheet, text, x=sheet.left, width=sheet.width)
    sheet.y += 4
    status = paper_fact.word(paper_fact.FATES, sent.get("status")) or "not recorded"
    came = f"delivered {watch.full(sent['delivered_at'])}" if sent.get("delivered_at") else "no word of delivery"
    left = f"Sent {watch.full(sent['sent_at'])}" if sent.get("sent_at") else "No time of sending"
    paper_flow.paragraph(sheet, f"{left}; {came}. Status: {status}.", FAINT)

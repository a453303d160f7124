"""The first page: the answer before anything else, the figures that should be zero, and the story as a line."""

from collections.abc import Mapping
from typing import Any

from portal.consent import phone_number
from portal.consent.state import Kind, Status
from portal.evidence import paper_fact, paper_flow, paper_form, paper_moment, paper_story, paper_timeline
from portal.evidence.paper_moment import Watch
from portal.evidence.paper_sheet import Sheet
from portal.evidence.paper_story import Tally
from portal.evidence.paper_style import (
    ACCENT,
    BAD,
    BAD_SOFT,
    BODY,
    FAINT,
    GOOD,
    GOOD_SOFT,
    LABEL,
    LEAD,
    SMALL,
    TITLE,
    WAIT_SOFT,
    Style,
)  # fmt: skip

Packet = Mapping[str, Any]

CONTENT = 14.0

_ANSWERED = frozenset({Kind.OPTED_IN})
_ENDED = frozenset({Kind.OPTED_OUT, Kind.DECLINED})
_KICKER = Style(8.5, 13, is_bold=True, colour=ACCENT)


def draw(sheet: Sheet, packet: Packet, watch: Watch) -> None:
    sheet.new_page()
    sheet.begin("The answer", 0)
    sheet.y -= 10
    paper_flow.paragraph(sheet, "Evidence of consent to text messages", _KICKER, gap=6)
    first, *more = answer(packet, watch)
    with sheet.told("H1"):
        paper_flow.stack(sheet, sheet.lines(first, TITLE, sheet.width))
    sheet.y += 7
    for sentence in more:
        paper_flow.paragraph(sheet, sentence, LEAD, gap=3)
    _about(sheet, packet)
    sheet.y += 10
    _figures(sheet, packet)
    paper_timeline.draw(sheet, packet, watch)
    _hold(sheet, packet, watch)
    _particulars(sheet, packet, watch)


def who(packet: Packet) -> str:
    """The number as people write it, never broken over two lines."""
    number = phone_number.display(str(packet["subscription"].get("number") or ""))
    return number.replace(" ", "\u00a0") or "this number"


def answer(packet: Packet, watch: Watch) -> list[str]:
    """The headline, then what supports it; as of the moment that was asked about."""
    status, number, business = packet["state"]["status"], who(packet), packet["business"]["name"]
    yes = paper_story.last(packet, _ANSWERED)
    agreed = f"On {watch.full(yes['at'])}, {number} agreed to receive texts from {business}" if yes else ""
    if status == Status.OPTED_IN and yes:
        return [f"{agreed}.", *_how(packet, yes), _still(packet, watch, "The agreement stood")]
    if status in (Status.OPTED_OUT, Status.DECLINED):
        return [
            _end(packet, watch),
            *([f"{agreed}, and ended it later."] if yes else []),
            _still(packet, watch, "It had not agreed again"),
        ]
    if status == Status.REQUESTED:
        return [f"{number} was asked to agree to texts from {business} and had not answered.",
                _still(packet, watch, "No answer was known")]  # fmt: skip
    return [f"There is no record that {number} agreed to receive texts from {business}.",
            _still(packet, watch, "There was none")]  # fmt: skip


def _end(packet: Packet, watch: Watch) -> str:
    """`Texting to … ended on …, 0.4 seconds after the STOP arrived.`"""
    number, business = who(packet), packet["business"]["name"]
    entry = paper_story.last(packet, _ENDED)
    if entry is None:
        return f"{number} does not agree to receive texts from {business}."
    if entry["kind"] == Kind.DECLINED:
        return f"On {watch.full(entry['at'])}, {number} said No to texts from {business}."
    told = next((row for row in paper_story.rows(packet, "opt_outs") if row.get("seq") == entry["seq"]), {})
    words = " ".join(str(told.get("words") or "").split())
    after = ""
    if told.get("seconds") is not None:
        what = f"the “{words}”" if 0 < len(words) <= 30 else "their message"
        after = f", {paper_moment.seconds(told['seconds'])} after {what} arrived"
    return (
        f"Texting from {business} to {number} ended on {watch.full(told.get('suppressed_at') or entry['at'])}{after}."
    )


def _how(packet: Packet, yes: Mapping[str, Any]) -> list[str]:
    how = paper_fact.word(paper_fact.ORIGINS, yes.get("origin"))
    scope = paper_fact.word(paper_fact.SCOPES, packet["state"].get("scope"))
    return [f"The Yes was given {how}" + (f"; it covers {scope}." if scope else ".")] if how else []


def _still(packet: Packet, watch: Watch, what: str) -> str:
    """The moment this page speaks of, and that somebody asked for it, where they did."""
    at = packet["state"]["at"]
    asked = "" if at == packet["made_at"] else " That is the moment this paper was asked about."
    return f"{what} on {watch.full(at)}.{asked}"


def _about(sheet: Sheet, packet: Packet) -> None:
    """The one text that somebody asked about, and its answer."""
    about = packet.get("about")
    if not about:
        return
    sheet.y += 6
    paper_flow.paragraph(sheet, "THE TEXT THIS PAPER WAS ASKED ABOUT", LABEL, gap=2)
    said = about.get("text") or "Its words are not in this packet."
    paper_form.card(sheet, sheet.lines(said, BODY, sheet.width - 10), x=sheet.left, width=sheet.width)
    sheet.y += 4
    paper_flow.paragraph(sheet, about.get("sentence"), BODY, gap=2)


def _figures(sheet: Sheet, packet: Packet) -> None:
    tally = paper_story.tally(packet)
    shown = [
        (len(tally.before_consent), "before consent", True),
        (len(tally.after_opt_out), "after an opt-out", True),
        (tally.texts, "to the client in all", False),
        ((packet.get("redacted") or {}).get("places", 0), "masked", False),
    ]
    gap = 10.0
    wide = (sheet.width - gap * (len(shown) - 1)) / len(shown)
    for i, (count, name, should_be_zero) in enumerate(shown):
        what = "place" if name == "masked" else "text"
        named = f"{what if count == 1 else f'{what}s'} {name}"
        _figure(sheet, sheet.left + i * (wide + gap), wide, (count, named), should_be_zero=should_be_zero)
    sheet.y += 66
    told = []
    if tally.control:
        which = "of them only asks, explains or confirms a stop; it is" if tally.control == 1 else (
            "of them only ask, explain or confirm a stop; they are")  # fmt: skip
        told.append(f"{tally.control:,} {which} in neither of the first two figures.")
    if packet.get("cut"):
        told.append(packet["cut"].get("sentence") or "The conversation in this packet is cut.")
    told += _uncovered(tally)
    if told:
        paper_flow.paragraph(sheet, " ".join(told), FAINT, gap=12)


def _uncovered(tally: Tally) -> list[str]:
    """A figure that is not zero says where to look."""
    bad = len(tally.before_consent | tally.after_opt_out)
    which = "1 text is" if bad == 1 else f"{bad:,} texts are"
    return [f"{which} marked in the conversation as sent without consent."] if bad else []


def _figure(sheet: Sheet, x: float, width: float, shown: tuple[Any, str], *, should_be_zero: bool) -> None:
    count, name = shown
    colour, ground = (
        (ACCENT, (246, 243, 236)) if not should_be_zero else (BAD, BAD_SOFT) if count else (GOOD, GOOD_SOFT)
    )
    with sheet.told("P"):
        sheet.box(x, sheet.y, width, 58, fill=ground, radius=6)
        sheet.put(
            sheet.one_line(f"{count:,}", Style(20, 26, is_bold=True, colour=colour), width - 20), x + 10, sheet.y + 7
        )
        sheet.put(sheet.one_line(name, SMALL, width - 16), x + 10, sheet.y + 36)


def _hold(sheet: Sheet, packet: Packet, watch: Watch) -> None:
    hold = packet.get("legal_hold")
    if not hold:
        return
    said = f"Legal hold since {watch.full(hold.get('since'))}, by {hold.get('by') or 'the business'}"
    said += f": {hold['reason']}" if hold.get("reason") else ""
    lines = sheet.lines(f"{said}. Nothing of this number may be erased while it lasts.", BODY, sheet.width - 24)
    height = sum(line.style.leading for line in lines) + 14
    sheet.room(height)
    with sheet.told("P"):
        sheet.box(sheet.left, sheet.y, sheet.width, height, fill=WAIT_SOFT, radius=6)
        top = sheet.y
        sheet.y += 7
        paper_flow.stack(sheet, lines, sheet.left + 12, sheet.width - 24)
    sheet.y = top + height + 12


def _particulars(sheet: Sheet, packet: Packet, watch: Watch) -> None:
    contact, redacted = packet.get("contact") or {}, packet.get("redacted") or {}
    status = paper_fact.word(paper_fact.STATUSES, packet["state"]["status"])
    rows = [
        ("Business", packet["business"]["name"]),
        ("Number", f"{who(packet)} · {paper_fact.word(paper_fact.CHANNELS, packet['subscription'].get('channel'))}"),
        ("Client", contact.get("name") or "no name on record"),
        ("State", f"{status}, on {watch.full(packet['state']['at'])}"),
        ("In these words", packet["state"].get("words") or "none"),
        ("Opt-outs", _opt_outs(packet)),
        ("Legal hold", "" if packet.get("legal_hold") else "none"),
        ("Masked", f"{redacted.get('places', 0):,} places. {redacted.get('rule') or ''}".strip()),
        ("This paper", f"made on {watch.full(packet['made_at'])}. Times are those of {watch.name}."),
    ]
    sheet.room(80)
    paper_flow.paragraph(sheet, "PARTICULARS", LABEL, gap=1)
    paper_flow.pairs(sheet, [row for row in rows if row[1]], share=0.18)


def _opt_outs(packet: Packet) -> str:
    """How many, and how slow the slowest was."""
    found = paper_story.rows(packet, "opt_outs")
    spans = [row["seconds"] for row in found if row.get("seconds") is not None]
    slowest = f"; the slowest counted after {paper_moment.seconds(max(spans))}" if spans else ""
    return f"{len(found):,}{slowest}" if found else "none"


def contents(sheet: Sheet, found: list[tuple[str, int]], y: float) -> None:
    """Which part begins on which page, at the foot of the first where there is room."""
    if y + 24 + len(found) * CONTENT > sheet.bottom:
        return
    with sheet.on_page(1), sheet.told("P"):
        sheet.put(sheet.one_line("IN THIS PAPER", LABEL, sheet.width), sheet.left, y + 6)
        for nth, (name, page) in enumerate(found):
            top = y + 20 + nth * CONTENT
            at = sheet.one_line(f"page {page:,}", SMALL, 80)
            sheet.put(sheet.one_line(name, SMALL, sheet.width), sheet.left, top)
            sheet.put(at, sheet.left + sheet.width - 80, top, 80, is_right=True)
            sheet.pdf.link(sheet.left, top, sheet.width, CONTENT, sheet.pdf.add_link(page=page))

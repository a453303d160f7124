"""The conversation, oldest first: each text with when, which way, what became of it, and what allowed it."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.evidence import paper_fact, paper_flow, paper_moment, paper_story
from portal.evidence.paper_flow import Cell, Column, Said
from portal.evidence.paper_moment import Watch
from portal.evidence.paper_sheet import Sheet
from portal.evidence.paper_style import BAD, BODY, FAINT, SMALL, SMALL_STRONG, TINY, Style

Row = Mapping[str, Any]

MOST = 5000
_BAD = Style(8, 11.5, is_bold=True, colour=BAD)
_COLUMNS = (Column("When", 0.13), Column("Which way", 0.16), Column("Text", 0.43), Column("What became of it", 0.28))


def draw(sheet: Sheet, packet: Row, watch: Watch) -> None:
    messages = paper_story.rows(packet, "messages")
    sheet.new_page()
    paper_flow.heading(sheet, "The conversation in full")
    if not messages:
        paper_flow.paragraph(sheet, "No text was exchanged, or none is kept any more.")
        return
    tally = paper_story.tally(packet)
    told = f"{len(messages):,} rows, oldest first: {tally.texts:,} texts to the client, {tally.received:,} from them."
    paper_flow.paragraph(sheet, f"{told} Times are those of {watch.name}.", BODY, gap=10)
    allowed = {entry["seq"]: _allowed(entry) for entry in packet["entries"]}
    bad = tally.before_consent | tally.after_opt_out
    paper_flow.table(sheet, _COLUMNS, (_row(message, allowed, watch, bad) for message in messages[:MOST]))
    if len(messages) > MOST:
        paper_flow.paragraph(sheet, f"{len(messages) - MOST:,} more are in evidence.json.", BODY)


def _row(message: Row, allowed: Mapping[Any, str], watch: Watch, bad: frozenset[str]) -> list[Cell]:
    text = message.get("text")
    words = (
        Said(text, SMALL) if text not in (None, "") else Said(message.get("why_no_text") or _no_text(message), FAINT)
    )
    way = paper_fact.word(paper_fact.DIRECTIONS, message.get("direction"))
    purpose = paper_fact.word(paper_fact.PURPOSES, message.get("purpose"))
    return [
        [Said(watch.two_lines(message.get("at")))],
        [Said(way, SMALL_STRONG), Said(purpose, FAINT)],
        [words],
        [*([Said("Sent without consent", _BAD)] if message["id"] in bad else []), *_fate(message, allowed, watch)],
    ]


def _no_text(message: Row) -> str:
    return "The words of this text were erased." if message.get("status") == "erased" else "No words are kept."


def _fate(message: Row, allowed: Mapping[Any, str], watch: Watch) -> Iterator[Said]:
    status = paper_fact.word(paper_fact.FATES, message.get("status"))
    yield Said(status[:1].upper() + status[1:], SMALL)
    if message.get("reason"):
        yield Said(f"because: {paper_fact.plain(message['reason']).replace('_', ' ')}", FAINT)
    if message.get("delivered_at"):
        yield Said(f"delivered {watch.short(message['delivered_at'])}", FAINT)
    if message.get("direction") != "outbound":
        return
    entry = message.get("entry")
    if entry is not None:
        yield Said(f"Allowed by entry {entry}{allowed.get(entry, '')}", FAINT)
    elif paper_story.has_left(message):
        needs = paper_story.needs_consent(message)
        yield Said("No entry is named" if needs else "Needs no agreement: it asks, explains or confirms a stop", FAINT)
    if message.get("receipt"):
        yield Said(f"receipt {str(message['receipt'])[:16]}…", TINY)


def _allowed(entry: Row) -> str:
    """`: “By choosing Yes …”`, the beginning of the words; whole they stand under their Yes."""
    words = " ".join(str(entry.get("words") or "").split())
    return f": “{words[:60].rstrip()}{'…' if len(words) > 60 else ''}”" if words else ""


def stops(sheet: Sheet, packet: Row, watch: Watch) -> None:
    """Every No and STOP, and how soon it counted."""
    sheet.y += 10
    paper_flow.heading(sheet, "Every opt-out")
    found = paper_story.rows(packet, "opt_outs")
    if not found:
        paper_flow.paragraph(sheet, "The client never said No and never ended texting.", gap=14)
        return
    told = "“Took” is the time from the moment the words arrived to the moment no further text could leave."
    paper_flow.paragraph(sheet, f"{told} Times are those of {watch.name}.", BODY, gap=8)
    columns = (
        Column("Entry", 0.08),
        Column("What was said", 0.27),
        Column("Read as", 0.17),
        Column("Received", 0.16),
        Column("No text from", 0.16),
        Column("Took", 0.16),
    )
    paper_flow.table(sheet, columns, (_stop(row, watch) for row in found))


def _stop(row: Row, watch: Watch) -> list[Cell]:
    words = row.get("words")
    said = Said(f"“{words}”", SMALL_STRONG) if words else Said("no words: not said in a text, or erased", FAINT)
    how = paper_fact.word(paper_fact.ORIGINS, row.get("origin"))
    took = "at once" if row.get("seconds") == 0 else paper_moment.seconds(row.get("seconds"))
    meaning = paper_fact.plain(row.get("meaning")).replace("_", " ")
    return [
        [Said(row.get("seq"))], [said, Said(how, FAINT)], [Said(meaning)],
        [Said(watch.exact(row.get("received_at")))], [Said(watch.exact(row.get("suppressed_at")))],
        [Said(took, SMALL_STRONG), Said(f"since {row['measured_from']}" if row.get("measured_from") else "", FAINT)],
    ]  # fmt: skip

"""The record behind it all: its entries with their hashes, the signed checkpoint, what is attached, how to check it."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.evidence import paper_fact, paper_flow, paper_story
from portal.evidence.paper_flow import Cell, Column, Said
from portal.evidence.paper_moment import Watch
from portal.evidence.paper_sheet import Sheet
from portal.evidence.paper_style import BAD, BODY, FAINT, HASH, SMALL, SMALL_STRONG, TINY, Style

Row = Mapping[str, Any]

MOST = 2000
BEGIN = 300.0
"""Points that must be free for the record to begin on a page that has something else."""
STEPS = (
    ("Take the file evidence.json that came with this paper.",
     "Its SHA-256 must be the fingerprint at the foot of every page. On Windows: certutil -hashfile evidence.json "
     "SHA256. On a Mac: shasum -a 256 evidence.json. On Linux: sha256sum evidence.json."),
    ("Put verify.py beside it.",
     "It came in the same archive, is short enough to be read by any programmer, and needs nothing but Python 3."),
    ("Run:  python3 verify.py evidence.json",
     "It needs no network and asks nobody, not even the business. It says that all entries are as they were signed, or "
     "names what is not. The texts of the conversation are not sealed, and that no entry was left out of this packet "
     "cannot be seen from it."),
    ("Compare with a checkpoint that was mailed before there was a dispute.",
     "The owner of the business gets one by mail. Save that mail and run:  python3 verify.py evidence.json "
     "checkpoint.txt  It tells whether the record goes on from what was signed then, or was rewritten since."),
    ("Compare the public key.",
     "It stands in the same mail. Add  --key  and the key to the command; a record that somebody else signed is then "
     "refused. Without this, the file vouches for itself."),
)  # fmt: skip
_ENTRIES = (
    Column("Entry", 0.07),
    Column("When", 0.14),
    Column("What happened", 0.29),
    Column("Hash of the entry (SHA-256)", 0.50),
)


def draw(sheet: Sheet, packet: Row, watch: Watch) -> None:
    sheet.y += 10
    sheet.room(BEGIN)
    paper_flow.heading(sheet, "The record, entry by entry")
    told = "Each entry was written once and sealed: its hash covers what it says and the hash of the one before it, so "
    told += "that changing, removing or inserting one changes every later hash. The numbers are those of the whole "
    told += f"business; entries about others are not shown. Times are those of {watch.name}."
    paper_flow.paragraph(sheet, told, BODY, gap=10)
    entries = packet["entries"]
    paper_flow.table(sheet, _ENTRIES, (_entry(entry, watch) for entry in entries[:MOST]))
    if len(entries) > MOST:
        paper_flow.paragraph(sheet, f"{len(entries) - MOST:,} more are in evidence.json.", BODY)
    _checkpoint(sheet, packet)
    _attachments(sheet, packet)


def _entry(entry: Row, watch: Watch) -> list[Cell]:
    sealed = entry.get("sealed") or {}
    values, words = entry.get("values"), entry.get("words")
    said = " ".join(str(words).split()) if words else ""
    shown = f"“{said[:150].rstrip()}{'…' if len(said) > 150 else ''}”" if said else ""
    is_erased = not values and bool(sealed.get("commitments"))
    return [
        [Said(entry["seq"], SMALL_STRONG)],
        [Said(watch.two_lines(entry["at"])), *_recorded(entry, sealed, watch)],
        [Said(paper_fact.sentence(entry)), Said(shown, FAINT),
         Said("Its details were erased; its seal and this hash stand." if is_erased else "", FAINT)],
        [Said(entry.get("hash"), HASH), Said(f"before it {str(entry.get('previous_hash') or '')[:16]}…", HASH)],
    ]  # fmt: skip


def _recorded(entry: Row, sealed: Row, watch: Watch) -> Iterator[Said]:
    recorded = sealed.get("recorded_at")
    if recorded and recorded != entry["at"]:
        yield Said(f"written {watch.short(recorded)}", TINY)


def _checkpoint(sheet: Sheet, packet: Row) -> None:
    paper_flow.heading(sheet, "The signed checkpoint", level=1)
    head, found = packet.get("head"), packet.get("checkpoint")
    if head:
        paper_flow.paragraph(
            sheet, f"When this packet was made the record ended with entry {head['seq']}, hash {head['hash']}.", SMALL
        )
    if packet.get("seal_problem"):
        paper_flow.paragraph(sheet, packet["seal_problem"], Style(8, 11.5, is_bold=True, colour=BAD))
    if not found:
        paper_flow.paragraph(sheet, "No checkpoint had been signed yet when this packet was made.", SMALL, gap=14)
        return
    count, earlier = len(packet.get("inclusion") or {}), len(packet.get("earlier") or ())
    told = f"It covers {found.get('size'):,} entries. " if isinstance(found.get("size"), int) else ""
    told += f"evidence.json proves for {count:,} entries that they are in it" + (
        f", and for {earlier:,} earlier checkpoints that it continues them." if earlier else "."
    )
    paper_flow.paragraph(sheet, told, SMALL, gap=6)
    paper_flow.pairs(sheet, [
        ("The note, word for word", Said(str(found.get("note") or "").rstrip("\n"), SMALL)),
        ("Public key", Said(found.get("key"), SMALL)),
        ("Root", Said(found.get("root"), SMALL)),
    ])  # fmt: skip


def _attachments(sheet: Sheet, packet: Row) -> None:
    found = [(consent["seq"], each) for consent in paper_story.rows(packet, "consents")
             for each in consent.get("attachments") or ()]  # fmt: skip
    paper_flow.heading(sheet, "What is attached", level=1)
    if not found:
        paper_flow.paragraph(sheet, "Nothing but evidence.json and verify.py.", SMALL, gap=14)
        return
    columns = (Column("To entry", 0.1), Column("File", 0.24), Column("Kind", 0.16), Column("SHA-256", 0.5))
    rows = [
        [[Said(seq)], [Said(each.get("name"))], [Said(each.get("media_type"), FAINT)], [Said(each.get("sha256"), HASH)]]
        for seq, each in found
    ]
    paper_flow.table(sheet, columns, rows)


def steps(sheet: Sheet, packet: Row, watch: Watch) -> None:
    """Five steps that any expert of any side can take alone, on one page."""
    sheet.room(240)
    paper_flow.heading(sheet, "How to check this without us")
    told = f"This packet was made on {watch.full(packet['made_at'])}. For its entries nobody has to be believed:"
    paper_flow.paragraph(sheet, told, BODY)
    rows = [
        [[Said(str(nth), SMALL_STRONG)], [Said(what, SMALL_STRONG), Said(how)]]
        for nth, (what, how) in enumerate(STEPS, 1)
    ]
    paper_flow.table(sheet, (Column("", 0.06), Column("", 0.94)), rows)

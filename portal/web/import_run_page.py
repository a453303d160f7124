"""`/import/{run}`: how a list will be read, what would come in, how far it is, and what was left out."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from portal import glyph, sheet
from portal.contacts import group
from portal.errors import Invalid, NotFound
from portal.imports import field, import_piece, import_problem, import_run, turn
from portal.imports.contact_row import ContactRow, Trouble
from portal.imports.field import Field, What
from portal.imports.import_run import ImportRun
from portal.imports.opt_out_row import OptOutRow
from portal.web.page import Answer, Page, Plain, SeeOther
from portal.web.visit import Visit

SHOWN = 5
LISTED = 20
AT_ONCE = 2


def show(session: Session, visit: Visit) -> Answer:
    """The page; the fragment alone where an open page asks again."""
    run = import_run.get(session, visit.business.id, visit.params["import_run"])
    return _page(session, run, "import_run/_run.html" if visit.is_partial else "import_run/page.html")


def choose(session: Session, visit: Visit) -> Answer:
    """Other columns: the list is looked through anew."""
    run = import_run.get(session, visit.business.id, visit.params["import_run"])
    chosen = [str(visit.form.get(f"column_{i}", "")) for i in range(len(run.columns))]
    try:
        import_run.look_again(session, run, chosen, group_id=run.group_id)
    except Invalid as refusal:
        return _page(session, run, "import_run/page.html", said=refusal.detail, chosen=chosen, status=422)
    _go_on(session, run)
    return SeeOther(f"/import/{run.id}")


def start(session: Session, visit: Visit) -> Answer:
    """The first rows at once; the job takes the rest."""
    run = import_run.get(session, visit.business.id, visit.params["import_run"])
    import_run.start(session, run, actor=visit.actor, ip=visit.ip)
    _go_on(session, run)
    return SeeOther(f"/import/{run.id}")


def cancel(session: Session, visit: Visit) -> Answer:
    run = import_run.get(session, visit.business.id, visit.params["import_run"])
    import_run.cancel(session, run, actor=visit.actor, ip=visit.ip)
    return SeeOther("/import", flash=f"“{glyph.shown(run.file_name)}” is discarded. What was in before stays in.")


def problems(session: Session, visit: Visit) -> Answer:
    """The rows that were left out, each with its reason, to be mended and sent again."""
    run = import_run.get(session, visit.business.id, visit.params["import_run"])
    rows = import_problem.after(session, run.id, 0, limit=import_problem.MOST)
    head = ["row", "problem", *run.columns]
    body = sheet.csv_lines([head, *([each.row, each.problem, *each.cells] for each in rows)])
    headers = {"Content-Disposition": f'attachment; filename="problems-{run.id[:12]}.csv"'}
    return Plain(b"\xef\xbb\xbf" + body, "text/csv; charset=utf-8; header=present", headers)


def _go_on(session: Session, run: ImportRun) -> None:
    for _ in range(AT_ONCE):
        ahead = turn.look(session, run.id)
        if ahead is not None:
            turn.store(session, ahead)


def _page(
    session: Session, run: ImportRun, template: str, *, said: str = "", chosen: Sequence[str] = (), status: int = 200
) -> Page:
    rows = import_piece.after(session, run.id, 0, limit=SHOWN) if run.has_file else []
    what = What(run.what)
    context: dict[str, Any] = {
        "run": run, "said": said or run.trouble, "chosen": chosen or run.mapping, "offered": field.OFFERED[what],
        "words": field.WORDS, "samples": _samples(run, [each.cells for each in rows]),
        "preview": [] if run.trouble else [_read(each) for each in turn.understand(session, run, rows)],
        "problems": import_problem.after(session, run.id, 0, limit=LISTED), "listed": import_problem.MOST,
        "group": _group(session, run), "is_log": Field.DIRECTION in run.mapping,
    }  # fmt: skip
    return Page(template, context, status)


def _read(row: ContactRow | OptOutRow | Trouble | None) -> dict[str, Any]:
    """One row for the preview: its kind and what the page shows of it."""
    if row is None:
        return {"kind": "passed"}
    if isinstance(row, Trouble):
        return {"kind": "trouble", "row": row.row, "sentence": row.sentence}
    if isinstance(row, OptOutRow):
        return {"kind": "opt_out", "row": row.row, "number": row.number, "facts": [row.said_at, row.said]}
    days = [f"{each.name}: {each.on_date.isoformat()}" for each in row.days]
    return {"kind": "contact", "row": row.row, "name": row.name, "email": row.email, "numbers": row.numbers,
            "facts": [*days, *row.groups], "says": row.says}  # fmt: skip


def _samples(run: ImportRun, rows: Sequence[Sequence[str]]) -> list[str]:
    """What stands in each column, for whoever chooses its meaning."""
    found = []
    for i in range(len(run.columns)):
        cells = [cells[i] for cells in rows if i < len(cells) and cells[i]]
        found.append(", ".join(cells[:2])[:60])
    return found


def _group(session: Session, run: ImportRun) -> group.Shown | None:
    """Where everybody goes; None where it was deleted since."""
    try:
        return group.show(session, run.business_id, run.group_id) if run.group_id else None
    except NotFound:
        return None

"""`/import`: a list of contacts or of opt-outs is chosen or pasted; and the lists of the last time."""

import asyncio
import io
from functools import partial
from typing import Any, BinaryIO

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from forms.import_list import BOTH, NOTHING, ImportListForm
from portal.accounts.member import Right
from portal.contacts import group
from portal.database import Database
from portal.errors import Problem
from portal.imports import import_run, intake, turn
from portal.imports.field import What
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

AT_ONCE = 3  # turns of looking through before the answer: a short list needs no waiting
OFFERED = 200


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, ImportListForm(groups=_groups(session, visit)))


async def upload(request: Request) -> Response:
    """The file is cut up beside the event loop, in many short transactions; a refusal keeps what was chosen."""
    visit = await page.admitted(request, Right.IMPORT_CLIENTS, files=1)
    database: Database = request.app.state.database
    try:
        form = await database.reading(lambda session: ImportListForm(visit.form, groups=_groups(session, visit)))
        said = [] if form.is_valid() else [""]
        source, name = _source(visit, form)
        said += [BOTH if form.pasted.data else NOTHING] if source is None else []
        if source is not None and not said:
            try:
                run_id = await asyncio.to_thread(_take, database, visit, form, source, name)
                return page.respond(request, visit, SeeOther(f"/import/{run_id}"))
            except Problem as refusal:
                said = [f"{refusal.detail} {getattr(refusal, 'unlock', '')}".strip()]
        answer = await database.reading(partial(_page, visit=visit, form=form, said=[each for each in said if each]))
        return page.respond(request, visit, answer)
    finally:
        await request.close()


def _source(visit: Visit, form: ImportListForm) -> tuple[BinaryIO | None, str]:
    """The one list there is; None for none or two."""
    chosen, pasted = visit.form.get("file"), str(form.pasted.data or "").strip()
    file = chosen if isinstance(chosen, UploadFile) and chosen.filename else None
    if (file is None) == (not pasted):
        return None, ""
    return (file.file, file.filename or "") if file else (io.BytesIO(pasted.encode()), "pasted list")


def _take(database: Database, visit: Visit, form: ImportListForm, source: BinaryIO, name: str) -> str:
    what = What(str(form.what.data))
    group_id = str(form.group.data or "") or None
    run_id = intake.take(
        database, source, visit.business.id, what, file_name=name, actor=visit.actor, member_id=visit.member.id,
        group_id=group_id if what is What.CONTACTS else None,
    )  # fmt: skip
    turn.some(database, run_id, most=AT_ONCE)
    return run_id


def _groups(session: Session, visit: Visit) -> list[tuple[str, str]]:
    found = group.page(session, visit.business.id, limit=OFFERED)
    return [(each.id, each.name) for each in found.rows if not each.is_view]


def _page(session: Session, visit: Visit, form: ImportListForm, said: list[str] | None = None) -> Page:
    context: dict[str, Any] = {
        "form": form, "said": said or [], "runs": import_run.latest(session, visit.business.id),
        "has_failed": said is not None,
    }  # fmt: skip
    return Page("import_list/page.html", context, 200 if said is None else 422)

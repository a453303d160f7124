"""`/settings/export`: the files of `portal export`, each in a ZIP with the seal of the records that it tells of. The
browser shows how far it has come."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from forms.export import ExportForm
from portal import clock, export
from portal.accounts.member import Right
from portal.database import Database, Lane
from portal.evidence import export_seal
from portal.export import Export, Format, What
from portal.web import page
from portal.web.page import Answer, Page
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(ExportForm())


async def download(request: Request) -> Response:
    """A POST, since it writes an audit entry. The file is no transaction: each piece of it is a read of its own."""
    visit = await page.admitted(request, Right.EXPORT, steps_up=True)
    form = ExportForm(visit.form)
    if not form.is_valid():
        return page.respond(request, visit, _page(form, 422))
    what, format_ = What(str(form.what.data)), Format(str(form.format.data))
    database: Database = request.app.state.database
    await database.writing(
        lambda session: export.note(session, visit.business.id, what, format_, actor=visit.actor, ip=visit.ip)
    )
    name = f"{visit.business.slug}-{what}-{clock.now().date().isoformat()}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    file = Export(visit.business.id, what, format_)
    pieces = _pieces(database, file, visit.business.id, f"{name}.{format_}")
    return StreamingResponse(pieces, headers=headers, media_type="application/zip")


class _Passing:
    """A file that keeps nothing: what was written is taken out piece by piece."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""

    def close(self) -> None:
        """The same."""

    def taken(self) -> bytes:
        found = bytes(self._held)
        self._held.clear()
        return found


async def _pieces(database: Database, file: Export, business_id: str, name: str) -> AsyncIterator[bytes]:
    out = _Passing()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open(name, "w", force_zip64=True) as inside:
            while not file.is_done:
                await asyncio.to_thread(inside.write, await database.reading(file.piece))
                yield out.taken()
        seal = partial(export_seal.text, business_id=business_id, file=name)
        packed.writestr(export_seal.NAME, await database.writing(seal, lane=Lane.BULK))
    yield out.taken()


def _page(form: ExportForm, status: int = 200) -> Page:
    return Page("export_page/page.html", {"form": form}, status)

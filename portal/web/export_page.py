"""`/settings/export`: the files of `portal export`, as downloads. The browser shows how far it has come."""

from collections.abc import AsyncIterator

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from forms.export import ExportForm
from portal import clock, export
from portal.accounts.member import Right
from portal.database import Database
from portal.export import MEDIA_TYPES, Export, Format, What
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
    name = f"{visit.business.slug}-{what}-{clock.now().date().isoformat()}.{format_}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    file = Export(visit.business.id, what, format_)
    return StreamingResponse(_pieces(database, file), headers=headers, media_type=MEDIA_TYPES[format_])


async def _pieces(database: Database, file: Export) -> AsyncIterator[bytes]:
    while not file.is_done:
        yield await database.reading(file.piece)


def _page(form: ExportForm, status: int = 200) -> Page:
    return Page("export_page/page.html", {"form": form}, status)

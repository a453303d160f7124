"""What the webhook is compared with: the least a server can do with the same request on the same stack.

`a` checks the signature; `b` also commits one INSERT to SQLite, with its fsync, on the loop; `postgres` commits one
INSERT to PostgreSQL through psycopg's asynchronous pool. `form` answers a GET with one constant page, and a POST with a
redirection once the form is read and committed by one INSERT with its fsync.
"""

import contextlib
import hmac
import json
import sqlite3
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qsl

from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.bench.scene import PUBLIC_URL, TOKEN

TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
CONNECTIONS = 24  # as many as the product writes with


async def a(request: Request) -> Response:
    return await _answer(request, _nothing)


def app_a() -> Starlette:
    return Starlette(routes=[_route(a)])


def app_b(path: Path) -> Starlette:
    connection = _opened(path)

    async def insert(sid: str, raw: bytes) -> None:
        connection.execute("INSERT INTO event (sid, raw) VALUES (?, ?)", (sid, raw))

    return Starlette(routes=[_route(lambda request: _answer(request, insert))])


def app_form(page: Path, path: Path) -> Starlette:
    connection, shown = _opened(path), page.read_bytes()

    async def show(_request: Request) -> Response:
        return HTMLResponse(shown)

    async def receive(request: Request) -> Response:
        typed = dict(await request.form())
        nonce = str(typed["instance"])[:40]
        connection.execute("INSERT INTO event (sid, raw) VALUES (?, ?)", (nonce, json.dumps(typed, default=str)))
        return RedirectResponse(f"{request.url.path}/thanks", status_code=303)

    return Starlette(routes=[Route("/f/{token}", show), Route("/f/{token}", receive, methods=["POST"])])


def app_postgres(url: str) -> Starlette:
    pool = AsyncConnectionPool(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), open=False,
        min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs={"autocommit": True},
    )  # fmt: skip

    async def insert(sid: str, raw: bytes) -> None:
        async with pool.connection() as connection:
            await connection.execute("INSERT INTO event (sid, raw) VALUES (%s, %s)", (sid, raw))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with pool:
            async with pool.connection() as connection:
                await connection.execute("CREATE TABLE event (id bigserial PRIMARY KEY, sid text, raw bytea)")
            yield

    return Starlette(routes=[_route(lambda request: _answer(request, insert))], lifespan=lifespan)


Store = Callable[[str, bytes], Awaitable[None]]


async def _nothing(sid: str, raw: bytes) -> None:
    """Floor A stores nothing."""


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
        connection.execute(statement)
    connection.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, sid TEXT, raw BLOB)")
    return connection


def _route(endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    async def receive(request: Request) -> Response:
        return await endpoint(request)

    return Route("/webhooks/twilio/{business}/messages", receive, methods=["POST"])


async def _answer(request: Request, store: Store) -> Response:
    body = await request.body()
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    signed = PUBLIC_URL + request.url.path + "".join(name + fields[name] for name in sorted(fields))
    expected = b64encode(hmac.digest(TOKEN.encode(), signed.encode(), "sha1"))
    if not hmac.compare_digest(expected, request.headers["x-twilio-signature"].encode()):
        return Response(status_code=403)
    await store(fields["MessageSid"], body)
    return Response(TWIML, media_type="text/xml")

"""The edge of every API call: whose token, may it, one transaction, once per Idempotency-Key, then JSON (like page.py).

A call is a plain function `work(session, call) -> Answer`; routes.py says for each which right it needs. The body is
read and understood before the transaction, but judged only after the token: a stranger learns nothing, not even about
typos.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from portal import second_lock
from portal.accounts import api_answer
from portal.accounts import business as businesses
from portal.accounts import key as keys
from portal.accounts import session as sign_ins
from portal.accounts.member import RIGHTS, Role
from portal.api import accept, body
from portal.api.meter import Meter
from portal.api.operation import Answer, Call, File, Operation
from portal.api.shared_meter import SharedMeter
from portal.api.value import IN_PATH, Nothing
from portal.database import Database, Lane
from portal.errors import BadRequest, Forbidden, Invalid, NotFound, Problem, TooLarge, Unauthenticated
from portal.messaging import drain
from portal.settings import Settings
from portal.web import security

Endpoint = Callable[[Request], Awaitable[Response]]
_BEARER = re.compile(r"bearer +([A-Za-z0-9_.~+/=-]{1,200}) *", re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Arrived:
    """A request before anybody is identified. A query or body that cannot be understood is kept as its problem."""

    token: str
    key: str | None
    fingerprint: str
    ip: str
    params: Mapping[str, str]
    query: BaseModel | Problem | None
    body: BaseModel | Problem | None
    cleared: Any = None
    wants: str = accept.JSON


@dataclass(frozen=True)
class Said:
    """An answer as it is sent and kept; a `file` is not kept, and only reads answer with one."""

    status: int
    body: str
    headers: Mapping[str, str]
    file: File | None = None


def call(operations: Mapping[str, Operation], alone: Meter, shared: SharedMeter) -> Endpoint:
    """The Starlette endpoint of one path with its methods. SQLite has one process, which counts `alone`."""

    async def endpoint(request: Request) -> Response:
        operation = operations["GET" if request.method == "HEAD" else request.method]
        settings: Settings = request.app.state.settings
        database: Database = request.app.state.database
        arrived = await _arrived(request, operation)

        def perform(session: Session) -> Said:
            meter = alone if database.is_sqlite else shared
            return _perform(session, operation, arrived, settings, meter)

        async def attempt() -> Said:
            if operation.is_write:
                return await database.writing(perform, lane=operation.lane)
            return await database.reading(perform)

        if operation.hushes is not None:
            await _hush(database, operation.hushes, lambda session: _admitted(session, operation, arrived, settings))
        if operation.clears is not None:
            made = await database.reading(lambda session: _admitted(session, operation, arrived, settings))
            arrived = replace(arrived, cleared=await asyncio.to_thread(operation.clears, database, made))
        said = await shared.counting(database, attempt, limit=settings.api_minute)
        if operation.notes is not None:
            note = operation.notes
            await database.writing(lambda session: note(session, _admitted(session, operation, arrived, settings)))
        if operation.drains:
            await drain.wait(database, arrived.params["id"])
        return await _response(said)

    return endpoint


async def _response(said: Said) -> Response:
    """A file is made when nobody waits for the database any more."""
    headers = dict(said.headers)
    if said.file is None:
        return Response(said.body, said.status, headers, media_type=accept.JSON)
    made = await asyncio.to_thread(said.file.make)
    headers["Content-Disposition"] = f'attachment; filename="{said.file.name}"'
    return Response(made, said.status, headers, media_type=said.file.media_type)


async def _hush(
    database: Database, hushes: Callable[[Session, Call], list[str]], admit: Callable[[Session], Call]
) -> None:
    for each in await database.writing(lambda session: hushes(session, admit(session)), lane=Lane.CONSENT):
        await drain.wait(database, each)


def _perform(session: Session, operation: Operation, arrived: Arrived, settings: Settings, meter: Meter) -> Said:
    made = _admitted(session, operation, arrived, settings, meter)
    second_lock.narrow(session, made.business.id, made.business.policy_id)
    if operation.is_write and arrived.key is not None:
        return _once(session, operation, made, arrived.key, arrived.fingerprint)
    return _said(operation.work(session, made))


def _admitted(
    session: Session, operation: Operation, arrived: Arrived, settings: Settings, meter: Meter | None = None
) -> Call:
    """Whose call this is, and that they may."""
    found = sign_ins.find_token(session, arrived.token) if arrived.token else None
    if found is None:
        raise Unauthenticated(
            "Send the header “Authorization: Bearer …” with a token of your business.", title="No token"
        )
    token, business = found
    if meter is not None:
        meter.count(token.id, limit=settings.api_minute)
    if operation.needs is not None:
        businesses.require(business, operation.needs)
    if operation.right not in RIGHTS[Role(token.role)]:
        raise Forbidden(f"The role of this token ({token.role}) does not allow this.")
    if not all(re.fullmatch(IN_PATH, value) for value in arrived.params.values()):
        raise NotFound()
    return Call(
        token, business, settings, arrived.ip, arrived.params, _good(arrived.query), _good(arrived.body),
        arrived.cleared, arrived.wants,
    )  # fmt: skip


def _once(session: Session, operation: Operation, made: Call, key: str, fingerprint: str) -> Said:
    """A refusal has no effect and keeps no answer: the same key may be used again once what refused it is gone."""
    if not _KEY.fullmatch(key):
        raise BadRequest("An Idempotency-Key has 1 to 200 visible ASCII characters.")
    before = api_answer.claim(session, made.business.id, key, request_hash=fingerprint)
    if before is None:
        said = _said(operation.work(session, made))
        body = keys.of(session).seal(said.body) if operation.is_secret else said.body
        api_answer.keep(session, made.business.id, key, status=said.status, body=body)
        return said
    if before.request_hash != fingerprint:
        sentence = "This Idempotency-Key was used for another call. Please use a new one."
        raise Invalid(sentence, fields={"Idempotency-Key": [sentence]})
    body = keys.of(session).unseal(before.body) if operation.is_secret else before.body
    return Said(before.status, body, {"Idempotent-Replayed": "true"})


def _good(understood: BaseModel | Problem | None) -> BaseModel | None:
    if isinstance(understood, Problem):
        raise understood
    return understood


def _said(answer: Answer) -> Said:
    body = answer.body
    if isinstance(body, File):
        return Said(answer.status, "", answer.headers, body)
    text = body.model_dump_json() if isinstance(body, BaseModel) else json.dumps(body, ensure_ascii=False)
    return Said(answer.status, text, answer.headers)


async def _arrived(request: Request, operation: Operation) -> Arrived:
    raw = await _read(request) if operation.is_write else b""
    bearer = _BEARER.fullmatch(request.headers.get("authorization", ""))
    seal = hashlib.sha256(b"\x00".join((request.method.encode(), request.url.path.encode(), raw)))
    return Arrived(
        token=bearer[1] if bearer else "",
        key=request.headers.get("idempotency-key"),
        fingerprint=seal.hexdigest(),
        ip=security.client_ip(request, request.app.state.settings.trusted_proxies),
        params=request.path_params,
        query=_understood_query(operation.query, request),
        body=body.understood(operation.body, raw),
        wants=accept.chosen(request.headers.get("accept", ""), (accept.JSON, *operation.also)),
    )


async def _read(request: Request) -> bytes:
    """The body up to the limit of every form. Raises TooLarge."""
    problem = TooLarge(f"The body of a call has at most {security.BODY_LIMIT // 1024} kB.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > security.BODY_LIMIT:
        raise problem
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > security.BODY_LIMIT:
            raise problem
    return bytes(raw)


def _understood_query(kind: type[BaseModel] | None, request: Request) -> BaseModel | Problem | None:
    given = request.query_params
    repeated = [name for name in given if len(given.getlist(name)) > 1]
    if repeated:
        return Invalid("A parameter was given twice.", fields={name: ["Please give it once."] for name in repeated})
    try:
        return (kind or Nothing).model_validate(dict(given))
    except ValidationError as error:
        return body.problem(error)

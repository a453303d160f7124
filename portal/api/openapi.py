"""The OpenAPI 3.1 document: written from the table and the models that the calls run on."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from portal.api.operation import Operation

VERSION = "1.0.0"
_PARAMETER = re.compile(r"\{(\w+)\}")
REF = "#/components/schemas/{model}"
ABOUT = (
    "What the portal's pages do, for programs. Texting needs the client's own consent: a text to a number without it "
    "is answered 409 with a `reason` and the one thing that would `unlock` it. A number can be opted out here; no call "
    "opts one in. Lists are read page by page with `after`. A write with an `Idempotency-Key` has one effect: the same "
    "key and body get the same answer for a day, another body is refused; a refused call keeps nothing and may be "
    "tried again with the same key."
)
PROBLEMS = {
    "400": "The body is not JSON.",
    "401": "No token, or one that is unknown.",
    "403": "The role of the token does not allow this.",
    "404": "Absent, or somebody else's.",
    "409": "Not possible now.",
    "413": "The body is too large.",
    "422": "A value breaks a rule; `fields` maps each to its sentences.",
    "429": "Too many calls in this minute.",
}


def served(operations: Sequence[Operation]) -> Callable[[Request], Awaitable[Response]]:
    """For everybody; written at the first question."""

    @cache
    def written() -> str:
        return json.dumps(document(operations), ensure_ascii=False, indent=1)

    async def openapi(request: Request) -> Response:
        return Response(written(), media_type="application/json")

    return openapi


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Client portal", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(operations) | {"Problem": _PROBLEM},
            "responses": {status: _problem(status, sentence) for status, sentence in PROBLEMS.items()},
        },
    }


def _operation(each: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": each.summary, "content": _content(each.answer) | _files(each)}
    if each.status == 201:
        good["headers"] = {"Location": {"schema": {"type": "string"}}}
    described: dict[str, Any] = {
        "operationId": f"{each.method.lower()}{_PARAMETER.sub('one', each.path).replace('/', '_').replace('-', '_')}",
        "summary": each.summary,
        "description": f"Needs the right `{each.right}`.",
        "parameters": _parameters(each),
        "responses": {str(each.status): good} | _refusals(each),
    }
    if each.body is not None:
        described["requestBody"] = {"required": True, "content": _content(each.body)}
    return described


def _refusals(each: Operation) -> dict[str, Any]:
    statuses = ["401", "403", "422", "429"]
    if "{" in each.path or each.query is not None or each.needs is not None:
        statuses.append("404")
    if each.is_write:
        statuses += ["400", "413"]
    found: dict[str, Any] = {status: {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}
    if each.refuses:
        found["409"] = _problem("409", each.refuses)
    return found


def _parameters(each: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(each.path)
    ]
    if each.query is not None:
        fields = each.query.model_json_schema(ref_template=REF)["properties"]
        found += [{"name": name, "in": "query", "schema": _plain(schema)} for name, schema in fields.items()]
    if each.is_write:
        schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": schema})
    return found


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is absent, never null."""
    kept = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "title", "default")}
    return (kept[0] | rest) if kept else rest


def _content(kind: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(model=kind.__name__)}}}


def _files(each: Operation) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in each.also}


def _problem(status: str, sentence: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {"401": "WWW-Authenticate", "429": "Retry-After"}
    described: dict[str, Any] = {"description": sentence, "content": content}
    if status in headers:
        described["headers"] = {headers[status]: {"schema": {"type": "string"}}}
    return described


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """All shapes. Two of the same name in different rooms are told apart by their rooms: StateKind, QuestionKind."""
    wanted: dict[type[BaseModel], JsonSchemaMode] = {each.answer: "serialization" for each in operations}
    wanted |= {each.body: "validation" for each in operations if each.body}
    _, found = models_json_schema(list(wanted.items()), ref_template=REF)
    text = json.dumps(found["$defs"])
    for name in found["$defs"]:
        parts = name.split("__")
        text = text.replace(name, parts[-2].title() + parts[-1]) if len(parts) > 1 else text
    return dict(json.loads(text))


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "detail", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "status": {"type": "integer"},
        "reason": {"type": "string"},
        "unlock": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}

"""The edges of every call, made from the table: odd JSON, repeated writes, foreign cursors, limits. Never a 500."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette

from portal.api.operation import Operation
from portal.api.routes import OPERATIONS
from tests.api import test_matrix
from tests.api.conftest import Api
from tests.api.test_matrix import BODIES, filled, name, path
from tests.conftest import World
from tests.test_tenancy import dump

WITH_BODY = [each for each in OPERATIONS if each.body]
WRITES = [each for each in OPERATIONS if each.is_write]
LISTS = [each for each in OPERATIONS if each.query and "limit" in each.query.model_fields]
EMPTY = "0" * 32
ids = test_matrix.ids


def send(api: Api, operation: Operation, ids: dict[str, str], raw: bytes, **headers: str) -> Any:
    given = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json", **headers}
    return api.client.request(operation.method, f"/api/v1{path(operation, ids)}", content=raw, headers=given)


def bodies_with(odd: str, value: Any) -> Iterator[Any]:
    """`value` with `odd` in the place of each text in turn."""
    if isinstance(value, str):
        yield value[:1] + odd
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: each} for each in bodies_with(odd, inner))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from ([*value[:i], each, *value[i + 1 :]] for each in bodies_with(odd, inner))


@pytest.mark.covers("P21")
def test_half_a_character_or_a_nul_in_any_text_is_a_422_and_changes_nothing(
    app: Starlette, site: World, owner: Api, ids: dict[str, str]
) -> None:
    before = dump(app, site.hearth.id)
    for operation in WITH_BODY:
        for odd in ("\ud800", "\udc00", "\udfff\ud800", "\x00"):
            for body in bodies_with(odd, BODIES[name(operation)]):
                answer = send(owner, operation, ids, json.dumps(body).encode())
                assert answer.status_code == 422, (name(operation), body, answer.text)
                assert answer.json()["fields"]
    assert dump(app, site.hearth.id) == before


ODD = [
    b"", b"null", b"[]", b'"x"', b"0", b"true", b"{", b"{}}", b"[" * 60_000, b'{"a":' * 10_000, b"\xff\xfe{}",
    b"\xef\xbb\xbf{}", b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', b'{"a": 1e999999}', b'{"a": NaN}',
    b'{"a": -Infinity}', b'{"a": ' + b"9" * 60_000 + b"}", b'{"\\u0000": 1}', b'{"a": "\\u0000"}',
    b'{"__proto__": {}}', b"{'a': 1}", b'{"a": {"a": [[[[[[[[{}]]]]]]]]}}', b"a=1&b=2", b"\x00" * 100,
]  # fmt: skip


@pytest.mark.covers("P21")
def test_whatever_the_body_is_the_answer_is_a_problem_and_nothing_changes(
    app: Starlette, site: World, owner: Api, ids: dict[str, str]
) -> None:
    before = dump(app, site.hearth.id)
    for operation in WITH_BODY:
        for raw in ODD:
            answer = send(owner, operation, ids, raw)
            assert answer.status_code in (400, 422), (name(operation), raw[:40], answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
    assert dump(app, site.hearth.id) == before


def test_numbers_beyond_all_bounds_in_any_place_are_refused(owner: Api, ids: dict[str, str]) -> None:
    for operation in WITH_BODY:
        assert operation.body is not None
        for field in operation.body.model_fields:
            for number in ("1" + "0" * 30, "-" + "9" * 4000, "1e308", "1e-400", "0.1"):
                body = json.dumps(BODIES[name(operation)] | {field: 0})
                answer = send(owner, operation, ids, body.replace(f'"{field}": 0', f'"{field}": {number}').encode())
                assert answer.status_code in (400, 422), (name(operation), field, number, answer.text)


def test_a_name_given_twice_is_refused(app: Starlette, site: World, owner: Api, ids: dict[str, str]) -> None:
    """Two readers of such a body could understand two things."""
    before = dump(app, site.hearth.id)
    for operation in WITH_BODY:
        given = filled(operation, ids) or {}
        first, value = next(iter(given.items()))
        twice = json.dumps(given)[:-1] + f", {json.dumps(first)}: {json.dumps(value)}}}"
        answer = send(owner, operation, ids, twice.encode())
        assert (answer.status_code, answer.json()["fields"]) == (422, {first: ["Please give it once."]})
    assert dump(app, site.hearth.id) == before


@pytest.mark.covers("P3")
def test_every_write_repeated_with_its_key_has_one_effect_and_the_same_answer(
    app: Starlette, site: World, owner: Api, ids: dict[str, str]
) -> None:
    for i, operation in enumerate(WRITES):
        key = {"Idempotency-Key": f"key-{i}"}
        given = filled(operation, ids)
        raw = b"" if given is None else json.dumps(given).encode()
        first = send(owner, operation, ids, raw, **key)
        after = dump(app, site.hearth.id)
        again = send(owner, operation, ids, raw, **key)
        assert (again.status_code, again.content) == (first.status_code, first.content), name(operation)
        assert dump(app, site.hearth.id) == after, name(operation)
        if first.status_code < 300:
            assert again.headers["idempotent-replayed"] == "true"
            assert send(owner, operation, ids, raw + b" ", **key).status_code == 422


def test_limits_have_bounds(owner: Api, ids: dict[str, str]) -> None:
    for operation in LISTS:
        where = path(operation, ids)
        for good in ("1", "200"):
            assert owner.call("GET", f"{where}?limit={good}").status_code == 200, where
        for bad in ("0", "-1", "201", "1e2", "1.5", "", "x", "9" * 30, "%00", "%FF", "1&limit=2"):
            assert owner.call("GET", f"{where}?limit={bad}").status_code == 422, (where, bad)


@pytest.mark.covers("P10")
def test_a_cursor_of_anything_else_is_refused(owner: Api, other: Api, ids: dict[str, str]) -> None:
    """Also another business's own: nobody learns from a cursor whether it exists."""
    theirs = other.post("/contacts", {"name": "Theirs"}).json()["id"]
    for operation in LISTS:
        mine, where = ids.get(operation.path.split("/")[1], ""), path(operation, ids)
        listed = "contacts" if "{message}" in operation.path else operation.path  # who did not get a text to a group
        same_kind = {value for key, value in ids.items() if listed.endswith(key)}
        for cursor in {theirs, EMPTY, *ids.values()} - same_kind - {mine}:
            assert owner.call("GET", f"{where}?after={cursor}").status_code in (404, 422), (where, cursor)
        for cursor in ("", "%00", "..%2F", "x" * 65, "%F0%9F%99%8F", "%ED%A0%80"):
            assert owner.call("GET", f"{where}?after={cursor}").status_code == 422, (where, cursor)


def test_a_parameter_that_no_call_has_is_refused(owner: Api, ids: dict[str, str]) -> None:
    for operation in OPERATIONS:
        if not operation.is_write:
            assert owner.call("GET", f"{path(operation, ids)}?nothing=1").status_code == 422, name(operation)

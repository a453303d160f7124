"""The document against OpenAPI 3.1 itself, and the good answer of every call against the document, field by field.

test_openapi.py gives every call what the document allows and what it forbids; here each call succeeds.
"""

import copy
import re
from typing import Any

import pytest
import schemathesis
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette

from portal.api import openapi
from portal.api.operation import Operation
from portal.api.routes import OPERATIONS
from tests.api import test_matrix
from tests.api.conftest import Api
from tests.api.test_matrix import BODIES, filled, name

CHECKS = [
    status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance,
]  # fmt: skip
ids = test_matrix.ids


@pytest.fixture
def schema(app: Starlette) -> Any:
    found = schemathesis.openapi.from_dict(openapi.document(OPERATIONS))
    found.app = app
    return found


def test_the_document_is_openapi(schema: Any) -> None:
    assert openapi.document(OPERATIONS)["openapi"] == "3.1.0"
    schema.validate()


def test_a_document_that_is_none_would_be_noticed() -> None:
    broken = copy.deepcopy(openapi.document(OPERATIONS))
    broken["paths"]["/business"]["get"]["responses"] = ["200"]
    with pytest.raises(Exception, match=r"200|responses"):
        schemathesis.openapi.from_dict(broken).validate()


def test_every_call_succeeds_as_the_document_says(app: Any, schema: Any, owner: Api, ids: dict[str, str]) -> None:
    """The last ones take away what the others need, so reads come first, then deletions, and an erasure last."""
    order = ("GET", "POST", "PUT", "PATCH", "DELETE")

    def turn(each: Operation) -> tuple[bool, int]:
        return each.path.endswith("/erasure"), order.index(each.method)

    with asgi.get_client(app) as session:
        session.headers["Authorization"] = f"Bearer {owner.token}"
        for operation in sorted(OPERATIONS, key=turn):
            answer = perform(schema, operation, ids, session)
            good = (operation.status, 409) if operation.refuses else (operation.status,)
            assert answer.status_code in good, (name(operation), answer.text)


def perform(schema: Any, operation: Operation, ids: dict[str, str], session: Any) -> Any:
    described = schema[operation.path][operation.method]
    given: dict[str, Any] = {}
    if name(operation) in BODIES:
        given |= {"body": filled(operation, ids), "media_type": "application/json"}
    known = {
        "id": ids.get(operation.path.split("/")[1]), "key": "help", "contact": ids["contacts"],
        "message": ids["group-messages"],
    }  # fmt: skip
    given["path_parameters"] = {each: known[each] for each in re.findall(r"\{(\w+)\}", operation.path)}
    case = described.Case(**given)
    answer = case.call(session=session)
    case.validate_response(answer, checks=CHECKS)
    return answer


def test_every_schema_says_what_its_fields_are() -> None:
    """A field that may be anything tells a program nothing; answers as stored are the one exception."""
    vague = [
        f"{kind}.{field}"
        for kind, shape in openapi.document(OPERATIONS)["components"]["schemas"].items()
        for field, described in shape.get("properties", {}).items()
        if not {"type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const"} & set(described)
    ]
    assert vague == []

"""The OpenAPI document is the truth: every call, given what it allows and what it forbids, answers as it says."""

import re
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.accounts.member import Role
from portal.api.routes import OPERATIONS, PREFIX
from portal.web.routes import routes
from tests.api import test_matrix
from tests.conftest import World

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 7


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    answer = client.get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


ids = test_matrix.ids
"""Real things, so that a good call gets further than a 404."""


def test_the_document_names_every_call_and_no_other(document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(each.method, each.path) for each in OPERATIONS}
    served = {route.path for route in routes() if isinstance(route, Route) and route.path.startswith("/api/")}
    assert served == {f"{PREFIX}{each.path}" for each in OPERATIONS} | {f"{PREFIX}/openapi.json"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', str(document).replace("'", '"'))):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def test_the_document_says_what_no_call_does(document: dict[str, Any]) -> None:
    assert "no call opts one in" in document["info"]["description"]
    question = document["components"]["schemas"]["GivenQuestion"]
    assert question["additionalProperties"] is False
    assert set(question["properties"]) == {"kind", "label", "required", "options"}


@pytest.mark.long
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_call_answers_as_the_document_says(
    app: Any, document: dict[str, Any], site: World, token_of: Callable[[str, Role], str], ids: dict[str, str],
    mode: GenerationMode,
) -> None:  # fmt: skip
    headers = {"Authorization": f"Bearer {token_of(site.hearth.id, Role.OWNER)}"}
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS
    with asgi.get_client(app) as session:
        session.headers.update(headers)
        found: Any
        for found in schema.get_all_operations():
            run(found.ok(), mode, session, ids, checks)


def run(operation: Any, mode: GenerationMode, session: Any, ids: dict[str, str], checks: list[Any]) -> None:
    """A bounded number of calls, the same at every run."""

    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def once(case: Any) -> None:
        own = ids.get(case.path.split("/")[1])
        if own and "id" in (case.path_parameters or {}) and mode is GenerationMode.POSITIVE:
            case.path_parameters["id"] = own
        response = case.call(session=session)
        case.validate_response(response, checks=checks)

    once()

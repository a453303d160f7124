"""Forms on a host of their own: tested both ways (promises.md C, ASVS 3.5.4)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.accounts.key import Secrets
from portal.app import create_app
from portal.questionnaires.questionnaire import Questionnaire
from portal.settings import Settings
from portal.web.host import Fork, by_host
from portal.web.routes import routes
from tests.conftest import World, as_member
from tests.web.door import YES, made, token_of

DESK, FORMS = "https://portal.example.com", "https://forms.example.net"
pytestmark = pytest.mark.covers("C")


@pytest.fixture
def form(site: World) -> Questionnaire:
    found: Questionnaire = site.write(lambda session: made(session, site.hearth.id))
    return found


@pytest.fixture
def apart(site: World, settings: Settings, secrets: Secrets) -> Iterator[Any]:
    """Browsers by origin."""
    app = create_app(replace(settings, forms_url=FORMS), with_jobs=False, secrets=secrets)
    yield {url: TestClient(app, base_url=url, follow_redirects=False) for url in (DESK, FORMS)}
    app.state.database.dispose()


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/sms", "/questionnaires", "/settings", "/events", "/api/v1/business"]
)
def test_the_desk_is_not_on_the_forms_host(apart: Any, path: str) -> None:
    assert apart[FORMS].get(path).status_code == 404
    assert apart[DESK].get(path).status_code != 404


@pytest.mark.parametrize("place", ["f", "embed"])
def test_forms_are_not_on_the_desks_host(apart: Any, form: Questionnaire, place: str) -> None:
    path = f"/{place}/{form.token}"
    assert apart[FORMS].get(path).status_code == 200
    assert (apart[DESK].get(path).status_code, apart[DESK].post(path, data=YES).status_code) == (404, 404)


@pytest.mark.parametrize("path", ["/nothing-here", "/sms/", "//sms", "", "/f", "/sign-in/nothing", "/webhooks"])
def test_the_fork_answers_as_the_whole_table_would(settings: Settings, path: str) -> None:
    """Pages that there are not, a slash too many, methods that a page does not take: nothing depends on the fork."""
    app = Starlette()
    for method in ("GET", "POST", "DELETE"):
        seen = []
        for table in (list(routes()), by_host(routes(), settings)):
            app.router.routes[:] = [*table]
            answer = TestClient(app, raise_server_exceptions=False, follow_redirects=False).request(method, path)
            seen.append((answer.status_code, answer.headers.get("location"), answer.headers.get("allow")))
        assert seen[0] == seen[1]


def test_a_route_without_a_word_of_its_own_is_not_forgotten_but_refused() -> None:
    with pytest.raises(ValueError, match="does not begin with a word"):
        Fork([Route("/{anything}", lambda request: None)])


def test_both_hosts_have_what_both_need(apart: Any, site: World) -> None:
    for path in ("/opt-in/hearth-photography", "/static/embed.js", "/healthz"):
        assert [apart[url].get(path).status_code for url in (DESK, FORMS)] == [200, 200]


def test_a_form_is_sent_to_its_own_host_and_answered_there(apart: Any, form: Questionnaire) -> None:
    client, path = apart[FORMS], f"/f/{form.token}"
    typed = YES | {"instance": token_of(client.get(path).text)}
    answer = client.post(path, data=typed, headers={"origin": FORMS})
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"{path}/thanks")


def test_a_form_sent_from_the_desks_origin_is_refused(apart: Any, form: Questionnaire) -> None:
    assert apart[FORMS].post(f"/f/{form.token}", data=YES, headers={"origin": DESK}).status_code == 403


def test_links_and_snippets_name_the_forms_host(apart: Any, site: World, form: Questionnaire) -> None:
    text = as_member(apart[DESK], site.alice).get(f"/questionnaires/{form.id}/share").text
    assert set(re.findall(r"https://[\w.]+/(?:f|embed|static)/", text)) == {
        f"{FORMS}/f/", f"{FORMS}/embed/", f"{FORMS}/static/"
    }  # fmt: skip


def test_with_one_host_everything_is_there(client: TestClient, form: Questionnaire) -> None:
    assert [client.get(path).status_code for path in ("/sign-in", f"/f/{form.token}")] == [200, 200]

"""What stands behind a public link: made once, and never older than its rows."""

from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.business import Business
from portal.errors import NotFound
from portal.questionnaires import door
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Questionnaire
from tests.conftest import World
from tests.web.door import made


@pytest.fixture
def form(world: World) -> Questionnaire:
    found: Questionnaire = world.write(lambda session: made(session, world.hearth.id))
    return found


def behind(world: World, form: Questionnaire, version: int | None = None) -> Any:
    return world.read(lambda session: door.behind(session, form.token, version))


def test_clients_who_only_look_share_what_was_made_for_the_first(world: World, form: Questionnaire) -> None:
    assert behind(world, form) is behind(world, form)
    assert behind(world, form, 1) is behind(world, form, 1)


@pytest.mark.parametrize(
    ("column", "value"), [("name", "Other Studio"), ("embed_origins", ["https://a.example"]), ("terms_url", "https://b.example")]
)  # fmt: skip
def test_a_business_that_changed_is_seen_by_the_next_client(
    world: World, form: Questionnaire, column: str, value: Any
) -> None:
    behind(world, form)
    world.write(lambda session: session.execute(sa.update(Business).values(**{column: value})))
    assert getattr(behind(world, form)[1], column) == value


def test_a_new_version_and_a_new_way_to_confirm_are_seen_by_the_next_client(world: World, form: Questionnaire) -> None:
    behind(world, form)
    world.write(lambda session: session.execute(sa.update(Questionnaire).values(is_text_first=True)))
    assert behind(world, form)[0].is_text_first
    world.write(lambda session: questionnaires.publish(session, session.get_one(Questionnaire, form.id)))
    assert [behind(world, form, version)[2].version for version in (None, 1, 2)] == [2, 1, 2]


def test_a_form_that_was_closed_is_closed_for_the_next_client(world: World, form: Questionnaire) -> None:
    behind(world, form)
    world.write(lambda session: questionnaires.archive(session, session.get_one(Questionnaire, form.id)))
    for _ in range(2):
        with pytest.raises(NotFound):
            behind(world, form)


def test_what_is_kept_outlives_the_failure_of_the_client_who_came_first(world: World, form: Questionnaire) -> None:
    def fail(session: Any) -> None:
        door.behind(session, form.token)
        raise NotFound()

    with pytest.raises(NotFound):
        world.read(fail)
    assert behind(world, form)[1].id == world.hearth.id


def test_who_writes_gets_objects_of_its_own(world: World, form: Questionnaire) -> None:
    behind(world, form)
    assert world.write(lambda session: door.behind(session, form.token)[0] in session)

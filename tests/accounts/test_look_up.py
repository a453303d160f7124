"""Who asks, as a page that only reads learns it: the same as for one that writes, and never more (promises.md E.2)."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import member
from portal.accounts import session as sign_ins
from portal.accounts.session import SignIn
from portal.column import table_of
from tests import house
from tests.conftest import World

Look = Callable[[Session, str], Any]
LOOKS = pytest.mark.parametrize("look", [sign_ins.find, sign_ins.look_up], ids=["writes", "reads"])


def values(found: Any) -> list[dict[str, Any]]:
    return [{column.key: getattr(each, column.key) for column in table_of(type(each)).columns} for each in found]


@pytest.mark.covers("P10")
def test_both_ways_find_the_same_browser_member_and_business(world: World) -> None:
    cookie = world.bob.cookie
    found = world.read(lambda session: sign_ins.find(session, cookie))
    looked_up = world.read(lambda session: sign_ins.look_up(session, cookie))
    assert values(looked_up) == values(found)
    assert [type(each) for each in looked_up] == [type(each) for each in found]
    assert looked_up[1].may(member.Right.SEND)
    assert not looked_up[1].may(member.Right.SETUP)


@LOOKS
def test_nobody_is_found_by_a_wrong_cookie(world: World, look: Look) -> None:
    cookies = ("", "nonsense", sign_ins.digest(world.alice.cookie))
    assert world.read(lambda session: [look(session, cookie) for cookie in cookies]) == [None, None, None]


@LOOKS
def test_a_disabled_member_is_nobody_at_once(world: World, look: Look) -> None:
    world.write(lambda session: member.disable(session, member.get(session, world.hearth.id, world.bob.id)))
    assert world.read(lambda session: look(session, world.bob.cookie)) is None


@LOOKS
@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", dt.timedelta(hours=13)), ("created_at", dt.timedelta(days=15))]
)
def test_a_browser_that_was_idle_or_is_old_is_signed_out(
    world: World, look: Look, column: str, age: dt.timedelta
) -> None:
    old = sa.update(table_of(SignIn)).values(**{column: clock.now() - age})
    world.write(lambda session: session.connection().execute(old))
    assert world.read(lambda session: look(session, world.alice.cookie)) is None


def test_a_process_may_begin_with_a_page_that_reads(world: World) -> None:
    """Nothing else has used these classes in it yet."""
    program = (
        "import sys, portal.tables; from portal.accounts import session; from portal.database import Database; "
        "found = Database(sys.argv[1]).read(lambda s: session.look_up(s, sys.argv[2])); "
        "print(found[1].name, found[2].name)"
    )
    command = [sys.executable, "-c", program, world.database.url, world.alice.cookie]
    done = subprocess.run(command, cwd=house.ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("Alice Hearth Photography", "")

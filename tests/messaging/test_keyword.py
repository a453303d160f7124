"""A business's own words for Yes and Stop: they add to YES and STOP, and take no other word's meaning."""

from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Business
from portal.consent import reply
from portal.consent.reply import Meaning
from portal.errors import Conflict, Invalid
from portal.messaging import keyword
from tests.messaging.conftest import Road


def business(**words: Any) -> Business:
    return Business(slug="x", name="X", allowed_regions=[], capabilities=[], **words)


@pytest.mark.covers("M-16", "M-17")
def test_yes_and_stop_always_count() -> None:
    assert keyword.of(business()) == {"opt_in": ["YES"], "opt_out": ["STOP"]}
    ours = business(opt_in_words=["OK"], opt_out_words=["ENDE"])
    assert keyword.of(ours) == {"opt_in": ["YES", "OK"], "opt_out": ["STOP", "ENDE"]}


@pytest.mark.covers("M-16", "M-17", "X-10")
@pytest.mark.parametrize(
    ("name", "word", "sentence"),
    [
        ("opt_in", "stop!", "“stop!” always means Stop, and cannot mean anything else."),
        ("opt_in", "Cancel", "always means Stop"),
        ("opt_in", "help", "always means Help"),
        ("opt_in", "START", "always means Start"),
        ("opt_out", "Yes.", "always means Yes"),
        ("opt_out", "unstop", "always means Start"),
        ("opt_in", "👍👍", "needs letters or digits"),
        ("opt_in", "y", "2 to 30"),
        ("opt_out", "x" * 31, "2 to 30"),
    ],
)
def test_a_word_that_means_something_else_is_refused_by_name(name: str, word: str, sentence: str) -> None:
    (found,) = keyword.problems(business(), {name: ["Pronto", word]}).items()
    assert found[0] == f"{name}.1"
    assert sentence in found[1]


@pytest.mark.covers("X-10")
def test_no_word_means_both() -> None:
    both = {"": "“pronto” cannot mean both Yes and Stop."}
    assert keyword.problems(business(), {"opt_in": ["Pronto"], "opt_out": ["PRONTO!"]}) == both
    assert keyword.problems(business(opt_out_words=["Pronto"]), {"opt_in": ["pronto"]}) == both
    assert keyword.problems(business(opt_out_words=["Pronto"]), {"opt_in": ["pronto"], "opt_out": []}) == {}


@pytest.mark.covers("M-16", "M-17")
def test_each_word_is_kept_once_and_the_fixed_ones_are_not_own_words() -> None:
    given = {"opt_in": ["yes", "OK", "ok!"], "opt_out": ["Stop", "ENDE"]}
    assert keyword.added(given) == {"opt_in": ["ok!"], "opt_out": ["ENDE"]}
    assert keyword.problems(business(), given) == {}


@pytest.mark.covers("M-16", "M-17", "X-10")
def test_own_words_add_and_replace_nothing() -> None:
    def meaning(text: str) -> Meaning:
        return reply.read(text, context="optin_pending", extra_opt_in=["OK"], extra_opt_out=["ENDE"]).meaning

    assert [meaning(text) for text in ("OK", "yes", "Ende.", "stop")] == [
        Meaning.YES, Meaning.YES, Meaning.OPT_OUT, Meaning.OPT_OUT,
    ]  # fmt: skip


@pytest.mark.covers("M-10", "M-17")
def test_the_words_of_a_main_business_count_in_its_branches_which_change_none(road: Road) -> None:
    def branch(session: Session) -> str:
        found = businesses.create(session, "Hearth North")
        found.main_id = road.business
        session.add(found)
        session.flush()
        keyword.change(session, businesses.get(session, road.business), {"opt_out": ["ENDE"]})
        return found.id

    north = road.write(branch)
    assert road.database.read(lambda session: businesses.get(session, north).opt_out_words) == ["ENDE"]
    with pytest.raises(Conflict):
        road.write(lambda session: keyword.change(session, businesses.get(session, north), {"opt_out": []}))
    with pytest.raises(Invalid) as refused:
        road.write(lambda session: keyword.change(session, businesses.get(session, road.business), {"opt_in": ["no"]}))
    assert list(refused.value.fields) == ["keywords.opt_in.0"]

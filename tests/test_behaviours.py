"""Every behaviour that was promised so far has a test that names it."""

from tests import behaviours


def test_every_required_behaviour_is_proven_by_a_test() -> None:
    assert set(behaviours.REQUIRED) - set(behaviours.covered()) == set()


def test_the_table_in_the_readme_is_what_the_marks_say() -> None:
    assert behaviours.PAGE.read_text(encoding="utf-8") == behaviours.written(), "run: python -m tests.behaviours"

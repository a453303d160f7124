"""Every behaviour that the main job promises has a test that names it."""

from tests import behaviours


def test_every_required_behaviour_is_proven_by_a_test() -> None:
    missing = [number for number in behaviours.REQUIRED if number not in behaviours.covered()]
    assert missing == []


def test_the_table_in_the_readme_is_what_the_marks_say() -> None:
    assert behaviours.PAGE.read_text(encoding="utf-8") == behaviours.written(), "run: python -m tests.behaviours"

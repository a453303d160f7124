"""What stands for other words, and what happens where there are none."""

import pytest

from portal.automations import variable
from portal.automations.variable import Missing

FACTS = {"first_name": "Maria", "name": "Maria Lopez", "business": "Hearth", "project": "", "date": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {first_name}, {business} here", "Hi Maria, Hearth here"),
        ("{ name }", "Maria Lopez"),
        ("About {project|your project}", "About your project"),
        ("Hi {first_name|there}", "Hi Maria"),
        ("Hi{project|}!", "Hi!"),
        ("Lone } and { stay", "Lone } and { stay"),
        ("No variable", "No variable"),
    ],
)
def test_a_text_is_filled(text: str, filled: str) -> None:
    assert variable.fill(text, FACTS) == filled


@pytest.mark.parametrize(
    ("text", "as_it_goes", "by_name"),
    [
        ("Hi {first_name|there}, {business}", "Hi Maria, Hearth", "Hi [first name], [your business]"),
        ("{project|Your day} on {date}", "Your day on [day]", "[project] on [day]"),
        ("{nobody}, {{name}}", "[nobody], {Maria Lopez}", "[nobody], {[name]}"),
    ],
)
def test_members_read_it_without_braces(text: str, as_it_goes: str, by_name: str) -> None:
    assert (variable.shown(text, FACTS), variable.shown(text)) == (as_it_goes, by_name)


def test_a_variable_without_value_and_without_words_instead_is_missing() -> None:
    missing = variable.fill("See you on {date}", FACTS)
    assert missing == Missing("date")
    assert isinstance(missing, Missing)
    assert missing.reason == "no value for {date}"


@pytest.mark.covers("P16")
@pytest.mark.parametrize("name", ["{business}", "{name|x}", "%s {0.__class__}", "{", "}}"])
def test_braces_in_a_name_are_only_braces(name: str) -> None:
    assert variable.fill("Hi {name}", {"name": name}) == f"Hi {name}"


def test_names_that_are_no_variables_are_known_before_anything_is_sent() -> None:
    assert variable.unknown("{first_name} {nobody} {answer|x} {}") == ["", "answer", "nobody"]
    assert variable.unknown("{first_name|there} and {date}") == []

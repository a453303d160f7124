"""What the README says is what the program does: commands, settings, roles, the map, the links."""

import re

import pytest

from portal import settings
from portal.accounts.member import Right
from portal.web.routes import routes
from tests import documentation, house

README = documentation.PAGE.read_text(encoding="utf-8")


def test_the_tables_in_the_readme_are_what_the_program_says() -> None:
    assert documentation.written() == README, "run: python -m tests.documentation"


@pytest.mark.parametrize("name", [name for name, _, _ in settings.documented()])
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in README


def test_every_right_is_explained() -> None:
    assert set(documentation.RIGHTS_IN_WORDS) == set(Right)


def test_the_map_shows_every_package_and_nothing_else() -> None:
    tree = README.partition("portal/\n")[2].partition("\nforms/")[0]
    shown = set(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE))
    packages = {path.parts[1] for path in house.modules() if path.parts[0] == "portal" and len(path.parts) > 2}
    assert shown == packages


def test_the_map_names_only_modules_that_exist() -> None:
    tree = README.partition("portal/\n")[2].partition("\nforms/")[0]
    for line in tree.splitlines():
        if found := re.match(r"  (\w+)/ +.*?\?  +(.+)$", line):
            package, names = found.groups()
            for name in re.findall(r"(?:^| · )(\w+)", names):
                assert (house.ROOT / "portal" / package / f"{name}.py").is_file(), f"{package}/{name}"


def test_the_readme_says_what_cannot_be_promised() -> None:
    assert "can still arrive after a STOP" in README
    assert "except one confirmation of the opt-out" in README


def test_the_addresses_in_the_readme_exist() -> None:
    paths = {re.sub(r"\{\w+\}", "*", getattr(route, "path", "")) for route in routes()}
    named = [*re.findall(r"https://portal\.example\.com(/[\w/{}-]+)", README), "/readyz", "/metrics"]
    for each in named:
        found = re.sub(r"\{\w+\}", "*", each).replace("/twilio/", "/*/")
        assert found in paths, each


def test_both_commands_of_the_readme_are_there() -> None:
    assert "python3 -m portal demo" in README
    assert "python3 tests/check" in README
    assert (house.ROOT / "tests" / "check").is_file()

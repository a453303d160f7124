"""One page for each provider says to whoever sets it up what to click and where; what it names is what there is."""

import re

import pytest

from portal import app
from portal.accounts import sender
from portal.commands import program
from tests import house

PAGES = house.ROOT / "portal" / "docs"
HEADINGS = ("What you need", "Who answers STOP and HELP", "Registration", "Change the secrets", "Nothing arrives?")
each = pytest.mark.parametrize("name", app.REAL)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


@each
def test_its_page_names_the_addresses_to_set(name: str) -> None:
    for kind in ("messages", "status"):
        assert f"{{PORTAL_PUBLIC_URL}}/webhooks/{name}/{{business id}}/{kind}" in page(name)


@each
def test_its_page_says_of_each_credential_where_it_is(name: str) -> None:
    """Each stands in the first column of the table."""
    cells = " ".join(re.findall(r"^\| (`.*?) \|", page(name), re.MULTILINE))
    required, optional = sender.CREDENTIALS[name]
    assert [credential for credential in (*required, *optional) if f"`{credential}`" not in cells] == []


@each
def test_its_page_tells_who_answers_how_to_register_to_rotate_and_where_to_look(name: str) -> None:
    found = page(name)
    headings = re.findall(r"^## (.*)$", found, re.MULTILINE)
    assert [heading for heading in HEADINGS if heading not in headings] == []
    for words in ("**Fallback and retries.**", "{PORTAL_PUBLIC_URL}/opt-in/{business slug}", "`portal doctor`"):
        assert words in found


@each
def test_the_commands_on_its_page_can_be_typed(name: str) -> None:
    """Every block of commands is understood by the program itself."""
    blocks = re.findall(r"```sh\n(.*?)```", page(name), re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    typed = [line.split()[1:] for line in lines if line.startswith("portal ")]
    assert any(words[:2] == ["sender", "add"] for words in typed)
    for words in typed:
        assert program.parser().parse_args(words).run


@each
def test_every_credential_of_the_command_is_one_of_its_provider(name: str) -> None:
    required, optional = sender.CREDENTIALS[name]
    given = re.findall(r"\b([a-z_]+)=@", page(name))
    assert set(given) <= {*required, *optional}


def test_every_page_about_a_provider_has_its_provider() -> None:
    about = {path.stem for path in PAGES.glob("*.md") if "## Who answers STOP and HELP" in path.read_text("utf-8")}
    assert about == set(app.REAL)

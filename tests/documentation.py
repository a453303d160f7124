"""The tables of the project's README that are made from the program: commands, settings, roles.

`python -m tests.documentation` rewrites them; a test fails when they are stale.
"""

import argparse
import re

from portal import settings
from portal.accounts.member import RIGHTS, Right, Role
from portal.commands import program
from tests import house

PAGE = house.ROOT / "README.md"
RIGHTS_IN_WORDS = {
    Right.READ: "read conversations, questionnaires and answers",
    Right.SEND: "write texts, send a questionnaire",
    Right.OPT_OUT: "record an opt-out, decide on a reply in doubt",
    Right.EDIT_CONTACTS: "edit contacts and projects, sort texts into projects",
    Right.EDIT_QUESTIONNAIRES: "make and publish questionnaires",
    Right.IMPORT_CLIENTS: "bring lists of contacts and opt-outs",
    Right.RECORD_CONSENT: "record what a client agreed to on paper or by word, with its evidence",
    Right.SETUP: "the business's particulars, consent policy and automatic texts, webhooks",
    Right.EXPORT: "take out what belongs to many clients at once",
    Right.PEOPLE: "members and branches",
    Right.TAKE_EVIDENCE: "take along the evidence for a number",
    Right.LEGAL_HOLD: "keep from erasure what a court may ask for",
    Right.OPT_IN: "opt a client in",
}


def written() -> str:
    """The README as it should be."""
    page = PAGE.read_text(encoding="utf-8")
    for name, table in (("commands", commands()), ("settings", knobs()), ("roles", roles())):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        page, count = pattern.subn(lambda _, inside=f"{begin}\n{table}\n{end}": inside, page)  # type: ignore[misc]
        assert count == 1, f"the README lacks its table of {name}"
    return page


def commands() -> str:
    rows = [f"| `{synopsis}` | {means} |" for synopsis, means in _commands(program.parser(), "")]
    return "\n".join(["| command | does |", "|---|---|", *rows])


def knobs() -> str:
    rows = [
        f"| `{name}` | {f'`{default}`' if default not in ('', None) else ''} | {means} |"
        for name, default, means in settings.documented()
    ]
    return "\n".join(["| setting | default | means |", "|---|---|---|", *rows])


def roles() -> str:
    head = [f"| | {' | '.join(role.value for role in Role)} |", f"|---|{'---|' * len(Role)}"]
    rows = [
        f"| {words} | {' | '.join(_cell(right, role) for role in Role)} |" for right, words in RIGHTS_IN_WORDS.items()
    ]
    return "\n".join([*head, *rows])


def _cell(right: Right, role: Role) -> str:
    if right in RIGHTS[role]:
        return "yes"
    return "never" if right is Right.OPT_IN else ""


def _commands(parser: argparse.ArgumentParser, name: str) -> list[tuple[str, str]]:
    """(synopsis, help) of every command that does something."""
    found: list[tuple[str, str]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {each.dest: each.help or "" for each in action._choices_actions}
            for word, inner in action.choices.items():
                deeper = _commands(inner, f"{name} {word}".strip())
                found += deeper or [(_synopsis(inner, f"{name} {word}".strip()), helps[word])]
    return found


def _synopsis(parser: argparse.ArgumentParser, name: str) -> str:
    usage = " ".join(parser.format_usage().split()).partition(name)[2]
    return f"{name} {usage.replace('[-h]', '').strip()}".strip().replace("  ", " ").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")

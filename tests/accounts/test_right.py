"""The matrix of promises.md E.3, written down a second time by hand, against the file that drives every check."""

import pytest

from portal.accounts import right
from portal.accounts.right import RIGHTS, Right, Role

E3 = """
                     owner manager staff counsel
read                 y     y       y     y
send                 y     y       y     -
opt_out              y     y       y     -
opt_in               -     -       -     -
edit_contacts        y     y       y     -
edit_questionnaires  y     y       -     -
import_clients       y     y       -     -
record_consent       y     y       -     -
setup                y     -       -     -
export               y     y       -     -
people               y     -       -     -
take_evidence        y     y       -     y
legal_hold           y     -       -     y
"""


def cells() -> list[tuple[Right, Role, bool]]:
    head, *rows = E3.strip().splitlines()
    roles = [Role(word) for word in head.split()]
    lines = [row.split() for row in rows]
    return [(Right(line[0]), role, line[1 + column] == "y") for line in lines for column, role in enumerate(roles)]


@pytest.mark.covers("M-7", "P10")
def test_every_right_of_every_role_is_the_one_promised() -> None:
    assert {(name, role): is_given for name, role, is_given in cells()} == {
        (name, role): name in RIGHTS[role] for name in Right for role in Role
    }


@pytest.mark.covers("H-19", "P12")
def test_nobody_may_opt_in_somebody_else() -> None:
    assert not any(Right.OPT_IN in rights for rights in RIGHTS.values())


@pytest.mark.parametrize(
    "broken", ["", '[read]\nowner = "all"\n', right.TABLE.read_text(encoding="utf-8").replace('"never"', '"maybe"')]
)
def test_a_table_with_a_hole_or_an_unknown_word_is_refused_at_the_start(broken: str) -> None:
    with pytest.raises(ValueError, match=r"right\.toml|maybe"):
        right.table(broken)

"""Every row of the table of how replies are read: its example, its counter-example, its spelling."""

import pytest

from portal.consent import reply, reply_stem, reply_table, reply_text
from portal.consent.reply import read
from portal.consent.reply_rule import How, Rule
from tests.consent.reply_set import OPEN, OWN, every

ROWS = [pytest.param(rule, id=rule.id) for rule in reply_table.RULES]


def base(verdict: reply.Verdict) -> str:
    return verdict.rule.partition("/")[0]


@pytest.mark.covers("X-10", "rules.md row 2")
@pytest.mark.parametrize("rule", ROWS)
def test_every_rule_reads_its_example(rule: Rule) -> None:
    found = read(rule.example)
    assert (found.rule, found.meaning) == (rule.id, rule.meaning)


@pytest.mark.covers("X-10", "rules.md row 2")
@pytest.mark.parametrize("rule", ROWS)
def test_no_rule_reads_its_counter_example(rule: Rule) -> None:
    assert base(read(rule.counter_example)) != rule.id


def test_every_rule_has_its_own_name() -> None:
    assert len({rule.id for rule in reply_table.RULES}) == len(reply_table.RULES)


@pytest.mark.parametrize("rule", [rule for rule in reply_table.RULES if rule.how in (How.WHOLE, How.ONLY, How.SLIP)])
def test_every_phrase_is_written_as_the_reader_writes_it(rule: Rule) -> None:
    """A phrase with an accent or a capital letter could never match."""
    assert [reply_text.flat(reply_text.plain(phrase)) for phrase in rule.phrases()] == rule.phrases()


def test_a_row_passed_over_for_want_of_a_stem_would_not_have_matched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch of a row is tried only where one of its stems occurs; that must cost no match."""
    rows = [*every(OPEN), *every(OWN)[::3]]
    quickly = [read(each.text, recent_outbound=["."]) for each in rows]
    reply_table._compiled.cache_clear()
    monkeypatch.setattr(reply_stem, "needed", lambda says: frozenset())
    thoroughly = [read(each.text, recent_outbound=["."]) for each in rows]
    reply_table._compiled.cache_clear()
    different = [one for one, other in zip(quickly, thoroughly, strict=True) if one.meaning != other.meaning]
    assert different == []


@pytest.mark.parametrize(
    ("pattern", "stems"),
    [
        ("stop(?:ping)? texting", {" texting"}),
        (r"\b(?:dont|do not) text\b", {" text"}),
        ("a(?:bc|de)+f{0,2}", {"bc", "de"}),
        (r"(?<!no )leave me(?= alone)", {"leave me"}),
        (r"\w+ [a-z)]?(?:abc)?", set()),
        ("no?pe(?:|x)", {"pe"}),
    ],
)
def test_a_stem_is_what_every_match_must_hold(pattern: str, stems: set[str]) -> None:
    assert reply_stem.needed(pattern) == stems


def test_branches_are_parted_outside_of_groups_only() -> None:
    assert reply_stem.alternatives(r"a(?:b|c)|[|)]d\||e") == ["a(?:b|c)", r"[|)]d\|", "e"]

"""Every row of the table of how replies are read: its example, its counter-example, its spelling."""

import pytest

from portal.consent import reply, reply_table, reply_text
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
    """Rows of other languages are tried only where one of their stems occurs; that must cost no match."""
    texts = [each.text for file in (OPEN, OWN) for each in every(file) if each.language != "en"]
    quickly = [read(text, recent_outbound=["."]) for text in texts]
    reply_table._compiled.cache_clear()
    monkeypatch.setattr(reply_table, "stems", lambda rule: ())
    thoroughly = [read(text, recent_outbound=["."]) for text in texts]
    reply_table._compiled.cache_clear()
    assert quickly == thoroughly

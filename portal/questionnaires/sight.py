"""How the fixed words stood on the screens of those who said Yes lately, as their browsers say: a word to the owner
where they were small, faint or out of sight, since consent to words that nobody could read is worth little (rules.md
1.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.questionnaires.submission import Submission
from portal.statement import Statement, param

LAST = 100  # Yeses that are looked at
SCAN = 1000  # submissions that are looked through for them
SMALLEST_PX, FAINTEST = 12, 4.5  # of contrast: WCAG 2.2, 1.4.3
ONE_IN = 20  # of those measured; fewer are somebody's odd browser

_s = table_of(Submission)
_RECENT = (
    sa.select(_s.c.opt_in, _s.c.visibility)
    .where(_s.c.questionnaire_id == param("questionnaire_id"))
    .order_by(_s.c.created_at.desc(), _s.c.id.desc())
    .limit(SCAN)
    .subquery()
)
_YESES = Statement(sa.select(_RECENT.c.visibility).where(_RECENT.c.opt_in == "yes").limit(LAST))
_POOR: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "the words never came into view": lambda seen: seen.get("in_view") is False,
    f"they were smaller than {SMALLEST_PX} pixels": lambda seen: seen.get("font_px", SMALLEST_PX) < SMALLEST_PX,
    "they were too faint against their background": lambda seen: seen.get("contrast", FAINTEST) < FAINTEST,
}


@dataclass(frozen=True)
class Sight:
    """Of the last `yeses`, `measured` told how the words stood; `poor` are (what was wrong, in how many)."""

    yeses: int
    measured: int
    poor: tuple[tuple[str, int], ...]


def of(session: Session, questionnaire_id: str) -> Sight:
    return judged([row.visibility for row in _YESES.rows(session, questionnaire_id=questionnaire_id)])


def judged(found: Sequence[Any]) -> Sight:
    """What was measured of each Yes, or None."""
    seen = [each for each in found if isinstance(each, dict)]
    counted = ((words, sum(map(is_poor, seen))) for words, is_poor in _POOR.items())
    return Sight(len(found), len(seen), tuple((words, n) for words, n in counted if n and n * ONE_IN >= len(seen)))

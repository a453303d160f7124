"""What a client sent in, as lines of the client's timeline."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.messaging.timeline import Line, Place, Source
from portal.questionnaires.questionnaire import Questionnaire
from portal.questionnaires.submission import Submission

_s, _q = table_of(Submission), table_of(Questionnaire)
_SENT_IN = sa.select(
    _s.c.id, _s.c.created_at.label("at"), _s.c.opt_in, _s.c.questionnaire_id, _q.c.title
).join_from(_s, _q, _q.c.id == _s.c.questionnaire_id)  # fmt: skip
_CHOICES = {"yes": "; said Yes to texts", "no": "; said No to texts"}


def sent_in(contact_ids: Sequence[str]) -> Source:
    """The questionnaires that came from these records' personal links, or that made them."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _SENT_IN.where(_s.c.contact_id.in_(contact_ids)).order_by(_s.c.created_at.desc(), _s.c.id.desc())
        if place is not None:
            query = query.where(place.before("submission", _s.c.created_at, _s.c.id))
        return [
            Line(
                row.at, "submission", row.id, "submission", f"Answered “{row.title}”{_CHOICES.get(row.opt_in, '')}",
                opens=f"/questionnaires/{row.questionnaire_id}/results",
            )
            for row in session.execute(query.limit(limit))
        ]  # fmt: skip

    return lines

"""Which questionnaires can bring a client back: those that are open and ask the opt-in question (H-24)."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from portal.questionnaires.questionnaire import Kind, Questionnaire, QuestionnaireVersion, State

MOST = 100


def having_opt_in(session: Session, business_id: str) -> list[Questionnaire]:
    """Published ones whose published version has an opt-in question, newest first."""
    query = (
        select(Questionnaire, QuestionnaireVersion)
        .join(
            QuestionnaireVersion,
            sa.and_(
                col(QuestionnaireVersion.questionnaire_id) == Questionnaire.id,
                col(QuestionnaireVersion.version) == Questionnaire.version,
            ),
        )
        .where(Questionnaire.business_id == business_id, Questionnaire.state == State.PUBLISHED)
        .order_by(col(Questionnaire.created_at).desc(), col(Questionnaire.id).desc())
        .limit(MOST)
    )
    found = session.exec(query).all()
    return [each for each, version in found if any(asked["kind"] == Kind.OPT_IN for asked in version.questions)]

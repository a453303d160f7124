"""Which questionnaire stands behind a public link, and whose it is: where every client's page begins."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from portal.accounts.business import Business
from portal.column import table_of
from portal.errors import NotFound
from portal.questionnaires.questionnaire import CLOSED, Questionnaire, QuestionnaireVersion, State, table, versions
from portal.statement import Statement, param

Found = tuple[Questionnaire, Business, QuestionnaireVersion]

KEPT = 512
_kept: dict[tuple[str, int | None], tuple[Any, Found]] = {}
"""By link and version: the rows, and what was made of them."""
_business = table_of(Business)
_UNSEEN = frozenset({"draft", "submission_count", "yes_count", "no_count", "created_at", "published_at"})
"""What no client's page shows."""


def _of(link: Any, version: Any) -> tuple[Any, Any]:
    """How the three tables hang together, and the condition."""
    wanted = sa.func.coalesce(version, table.c.version)
    joined = table.join(_business, _business.c.id == table.c.business_id).join(
        versions, sa.and_(versions.c.questionnaire_id == table.c.id, versions.c.version == wanted)
    )
    return joined, table.c.token == link


def _comparable(column: sa.Column[Any]) -> Any:
    """JSON as its text, which need not be read to be compared."""
    plain = sa.type_coerce(column, sa.Text()) if isinstance(column.type, sa.JSON) else column
    return plain.label(f"{column.table.description}_{column.key}")


_joined, _where = _of(param("token"), param("version", sa.Integer()))
_ROWS = Statement(
    sa.select(*(_comparable(c) for each in (table, _business, versions) for c in each.columns if c.key not in _UNSEEN))
    .select_from(_joined)
    .where(_where)
)
_joined, _where = _of(sa.bindparam("token"), sa.bindparam("version", type_=sa.Integer()))
_OBJECTS = select(Questionnaire, Business, QuestionnaireVersion).select_from(_joined).where(_where)


def behind(session: Session, token: str, version: int | None = None) -> Found:
    """The published questionnaire, its business, and a version of it, by default the latest: one query. Raises NotFound
    as `questionnaires.by_token`, and for a version that there is not.

    Making objects of the rows takes ten times as long as reading them. So who only reads gets those that were made for
    the client before, as long as the rows say the same; nobody may change them, and they tell no counts and no draft.
    """
    if not (token.isascii() and token.isprintable()):
        raise NotFound(CLOSED)
    if not session.info.get("is_reading"):
        return _made(session, token, version)
    rows = _ROWS.rows(session, token=token, version=version)
    kept = _kept.get((token, version))
    if kept is not None and kept[0] == rows:
        return kept[1]
    found = _made(session, token, version)
    for each in found:
        session.expunge(each)  # what belongs to a session is emptied when it rolls back
    if len(_kept) >= KEPT:
        _kept.clear()
    _kept[token, version] = rows, found
    return found


def _made(session: Session, token: str, version: int | None) -> Found:
    found = session.exec(_OBJECTS, params={"token": token, "version": version}).first()
    if found is None or found[0].state != State.PUBLISHED:
        raise NotFound(CLOSED)
    return found

"""Opt-in flows of a business: a name and words with all their versions, the newest in force (F-1 to F-4).

Every business has the Sample Opt-In Flow: one whose id follows from the business's, so that it is there before anybody
wrote a row of it, and can never be there twice. Its row is written with the first thing anybody does to a flow.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.column import UtcTime, key_text, new_id, sort_key, table_of
from portal.database import announce
from portal.errors import Conflict, Invalid, NotFound
from portal.invitations import flow_wording
from portal.invitations.flow_wording import NAMES, Words
from portal.statement import Statement, params

SAMPLE_NAME = "Sample Opt-In Flow"
NAME_LENGTH = 80
MOST = 50
MOST_SHOWN = 50


class OptInFlow(SQLModel, table=True):
    """`version` is the one in force."""

    __tablename__ = "flow"
    __table_args__ = (sa.UniqueConstraint("business_id", "name_key", name="flow_name_once"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    version: int = 1
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


class FlowVersion(SQLModel, table=True):
    """Words that were in force once; never changed."""

    __tablename__ = "flow_version"

    flow_id: str = Field(foreign_key="flow.id", primary_key=True)
    number: int = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    message: str
    yes_text: str
    no_text: str
    again_text: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    created_by: str


@dataclass(frozen=True)
class Flow:
    """A flow with the words in force."""

    id: str
    name: str
    version: int
    words: Words


_f, _v = table_of(OptInFlow), table_of(FlowVersion)
_BEGIN = Statement(
    lambda insert: insert(_f).values(**params(*(each.key for each in _f.columns))).on_conflict_do_nothing()
)
_FIRST = Statement(
    lambda insert: insert(_v).values(**params(*(each.key for each in _v.columns))).on_conflict_do_nothing()
)
_COLUMNS = (_f.c.id, _f.c.name, _f.c.version, *(_v.c[name] for name in NAMES))


def sample_id(business_id: str) -> str:
    return f"sample-{business_id}"


def all_of(session: Session, business: Business) -> list[Flow]:
    """The sample first, then the others by name. One query."""
    query = _query(business).order_by(_f.c.id != sample_id(business.id), _f.c.name_key, _f.c.id).limit(MOST + 1)
    found = [_flow(row) for row in session.execute(query)]
    has_sample = bool(found) and found[0].id == sample_id(business.id)
    return found if has_sample else [_sample(business), *found]


def get(session: Session, business: Business, flow_id: str) -> Flow:
    """Raises NotFound for an unknown or somebody else's."""
    row = session.execute(_query(business).where(_f.c.id == flow_id)).first()
    if row is not None:
        return _flow(row)
    if flow_id != sample_id(business.id):
        raise NotFound("There is no such flow.")
    return _sample(business)


def versions(session: Session, business: Business, flow: Flow) -> list[Any]:
    """The newest first: number, the four texts, when and by whom; nothing where only our own words were ever there."""
    mine = (_v.c.flow_id == flow.id, _v.c.business_id == business.id)
    return list(session.execute(sa.select(_v).where(*mine).order_by(_v.c.number.desc()).limit(MOST_SHOWN)).all())


def create(session: Session, business: Business, *, name: str, actor: str, ip: str) -> Flow:
    """One more, with the sample's words to begin with. Raises Invalid without a name, Conflict for one that is taken
    and for too many."""
    keep_sample(session, business)
    if len(all_of(session, business)) >= MOST:
        raise Conflict(f"A business has at most {MOST} flows.", reason="too_many", unlock="Rename one instead.")
    made = OptInFlow(business_id=business.id, name="", name_key="")
    _call(session, made, name)
    flow = Flow(made.id, made.name, 1, flow_wording.SAMPLE[Language(business.language)])
    _add_version(session, business, flow, actor)
    audit.note(session, "flow.created", actor=actor, business_id=business.id, object=made.id, ip=ip)
    return flow


def save(session: Session, business: Business, flow_id: str, *, name: str, words: Words, actor: str, ip: str) -> Flow:
    """Another name, other words or both, for what is sent from now on. Words that are in force add no version. Raises
    NotFound, Conflict for a name that is taken, and Invalid, naming what is missing."""
    get(session, business, flow_id)
    errors = {text: report.errors for text, report in flow_wording.check(business, words).items() if report.errors}
    if errors:
        raise Invalid("This flow cannot go out yet.", fields=errors)
    keep_sample(session, business)
    row = session.get(OptInFlow, flow_id, populate_existing=True, with_for_update=True)
    assert row is not None
    before = get(session, business, flow_id)
    if row.name != " ".join(name.split()):
        _call(session, row, name)
    if before.words != words:
        row.version += 1
        session.add(row)
        session.flush()
        _add_version(session, business, Flow(row.id, row.name, row.version, words), actor)
    audit.note(session, "flow.changed", actor=actor, business_id=business.id, object=row.id, ip=ip, version=row.version)
    announce(session, f"business:{business.id}")
    return Flow(row.id, row.name, row.version, words)


def keep_sample(session: Session, business: Business) -> None:
    """The sample's row, written once however many do it at the same moment."""
    sample, now = _sample(business), clock.now()
    _BEGIN.run(
        session, id=sample.id, business_id=business.id, name=sample.name, name_key=sort_key(sample.name), version=1,
        created_at=now,
    )  # fmt: skip
    _FIRST.run(
        session, flow_id=sample.id, number=1, business_id=business.id, created_at=now, created_by="system",
        **asdict(sample.words),
    )  # fmt: skip


def _query(business: Business) -> sa.Select[Any]:
    query = sa.select(*_COLUMNS).join_from(_f, _v, sa.and_(_v.c.flow_id == _f.c.id, _v.c.number == _f.c.version))
    return query.where(_f.c.business_id == business.id)


def _flow(row: Any) -> Flow:
    return Flow(row.id, row.name, row.version, Words(*(getattr(row, name) for name in NAMES)))


def _sample(business: Business) -> Flow:
    return Flow(sample_id(business.id), SAMPLE_NAME, 1, flow_wording.SAMPLE[Language(business.language)])


def _add_version(session: Session, business: Business, flow: Flow, actor: str) -> None:
    session.add(
        FlowVersion(
            flow_id=flow.id, number=flow.version, business_id=business.id, created_by=actor, **asdict(flow.words)
        )
    )
    session.flush()


def _call(session: Session, row: OptInFlow, name: str) -> None:
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Invalid("Please give a name.", fields={"name": ["Please give a name."]})
    row.name, row.name_key = name, sort_key(name)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict(f"There is a flow “{name}” already.", reason="taken", unlock="Choose another name.") from error

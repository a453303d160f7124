"""What a registration is made of, as it is now: numbers, questionnaires, automations, invitations and words. One query,
and one more for each of the few texts that the business words itself."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.accounts.business import Business
from portal.accounts.sender import SMS, WHATSAPP
from portal.automations.automation import Automation, Condition
from portal.column import table_of
from portal.invitations.flow import FlowVersion, OptInFlow
from portal.messaging import wording
from portal.questionnaires.question import Kind
from portal.questionnaires.questionnaire import Confirmation, Questionnaire, QuestionnaireVersion, State
from portal.registration.number import Number
from portal.statement import Statement, param

MOST = 100
"""Of each kind; a pack names a few of them."""
MEMBER = "[team member]"
MARKETING = "marketing"

_a, _q, _v = table_of(Automation), table_of(Questionnaire), table_of(QuestionnaireVersion)
_s, _f, _fv = sender.table, table_of(OptInFlow), table_of(FlowVersion)
_mine = param("business_id")


def _part(kind: str, *columns: Any, on: tuple[Any, ...], newest: Any) -> sa.Select[Any]:
    """Rows of one kind, the newest MOST, as (kind, id, four texts)."""
    padded = (*columns, *[sa.literal("", sa.Text())] * (5 - len(columns)))
    named = [sa.cast(each, sa.Text()).label(name) for name, each in zip(("id", *"abcd"), padded, strict=True)]
    found = sa.select(*named).where(*on).order_by(newest.desc()).limit(MOST).subquery()
    return sa.select(sa.literal(kind, sa.Text()).label("kind"), *found.c)


_confirms = sa.case((_q.c.is_text_first, Confirmation.TEXT_FIRST.value), else_=_q.c.confirmation)
_version = sa.and_(_v.c.questionnaire_id == _q.c.id, _v.c.version == _q.c.version)
_flow_version = sa.and_(_fv.c.flow_id == _f.c.id, _fv.c.number == _f.c.version)
_ALL = Statement(
    sa.union_all(
        _part("number", _s.c.id, _s.c.number, _s.c.provider, _s.c.channel,
              on=(_s.c.business_id == _mine, _s.c.is_active), newest=_s.c.created_at),
        _part("form", _q.c.id, _v.c.title, _v.c.questions, _confirms, _q.c.token,
              on=(_q.c.business_id == _mine, _q.c.state == State.PUBLISHED.value, _version), newest=_q.c.created_at),
        _part("automation", _a.c.id, _a.c.name, _a.c.text, sa.case((_a.c.is_marketing, MARKETING), else_=""),
              on=(_a.c.business_id == _mine, _a.c.condition == Condition.ON.value), newest=_a.c.created_at),
        _part("flow", _f.c.id, _f.c.name, _fv.c.message,
              on=(_f.c.business_id == _mine, _flow_version), newest=_f.c.created_at),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A published questionnaire. `confirms`: how a Yes in it becomes an opt-in (questionnaire.Confirmation).
    `asks_offers`: it asks about marketing too, by a question of its own."""

    title: str
    url: str
    confirms: str = "single"
    has_opt_in: bool = True
    asks_number: bool = False
    asks_offers: bool = False


@dataclass(frozen=True)
class Text:
    """Something that goes out, with its places as they are written: an automation, or the first text of a flow."""

    id: str
    name: str
    text: str
    is_marketing: bool = False


@dataclass(frozen=True)
class Live:
    """`words` are the automatic texts of consent by their key, filled in."""

    business: Business
    public_url: str
    numbers: tuple[Number, ...] = ()
    forms: tuple[Form, ...] = ()
    automations: tuple[Text, ...] = ()
    flows: tuple[Text, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    has_whatsapp: bool = False


def read(session: Session, business: Business, *, public_url: str, form_origin: str) -> Live:
    """As it is now, the oldest of each kind first."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in _ALL.rows(session, business_id=business.id):
        found[row.kind].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.id)
    numbers, forms = found["number"], tuple(_form(row, form_origin) for row in found["form"])
    flows = tuple(Text(row.id, row.a, row.b) for row in found["flow"])
    keys = _keys(business, forms)
    return Live(
        business, public_url, tuple(Number(row.id, row.a, row.b) for row in numbers if row.c == SMS), forms,
        tuple(Text(row.id, row.a, row.b, row.c == MARKETING) for row in found["automation"]), flows,
        {key: wording.automatic(session, business, key, employee=MEMBER).text for key in keys},
        has_whatsapp=business.has_whatsapp and any(row.c == WHATSAPP for row in numbers),
    )  # fmt: skip


def _form(row: Any, form_origin: str) -> Form:
    questions = json.loads(row.b)
    kinds = {each["kind"] for each in questions}
    asks_number = any(each["kind"] == Kind.PHONE and each["required"] for each in questions)
    return Form(
        row.a, f"{form_origin}/f/{row.d}", row.c, Kind.OPT_IN in kinds, asks_number, Kind.OPT_IN_MARKETING in kinds
    )


_REQUESTS = {Confirmation.REPLY.value: "form.request", Confirmation.CODE.value: "form.code"}


def _keys(business: Business, forms: tuple[Form, ...]) -> list[str]:
    """The texts that this business's settings make go out, and no other."""
    asks = dict.fromkeys(_REQUESTS[each.confirms] for each in forms if each.confirms in _REQUESTS and each.has_opt_in)
    gate = ("mo.request.client", "mt.request.client") if business.has_first_message_gate else ()
    return ["form.confirmation", "opt_out.confirmation", "help", *asks, *gate]

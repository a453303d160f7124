"""Some rows of a list of contacts: who is new, who is here already, what is wrong; in a write they are taken in.

Looking through and taking in decide by the same code. Whoever is here keeps everything that is known of them: only what
is empty is filled. A Yes in a list counts for nothing; a No opts the row's numbers out (law 4, promises P12).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.consent import phone_number, subscription_bulk
from portal.contacts import contact, contact_bulk, contact_date, contact_number
from portal.contacts.contact import Contact
from portal.contacts.contact_bulk import Person
from portal.imports import import_group, import_piece
from portal.imports.contact_row import ContactRow, Trouble
from portal.imports.import_run import ImportRun
from portal.imports.opt_out_slice import stop
from portal.imports.tally import Tally
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who

_c, _n = table_of(Contact), contact_number.table


@dataclass(frozen=True)
class Plan:
    """Of the `fresh`, somebody has heard of a number in the `strange` rows. The `known` go with their contact. What is
    `left` out counts for nothing but a No."""

    fresh: tuple[ContactRow, ...]
    strange: frozenset[int]
    known: tuple[tuple[ContactRow, str], ...]
    troubles: tuple[Trouble, ...]
    left: tuple[ContactRow, ...]


def take(session: Session, run: ImportRun, rows: Sequence[ContactRow | Trouble], *, writes: bool) -> Tally:
    """Count them, and take them in where it `writes`."""
    read = [each for each in rows if isinstance(each, ContactRow)]
    plan = _plan(session, run, read, notes=not writes)
    troubles = [each for each in rows if isinstance(each, Trouble)] + list(plan.troubles)
    taken = [*plan.fresh, *(row for row, _ in plan.known)]
    tally = Tally(
        imported=len(plan.fresh), known=len(plan.known), skipped=len(troubles), troubles=troubles,
        promised=sum(1 for each in taken if each.says == "yes"),
        stopped=sum(len(each.numbers) for each in [*taken, *plan.left] if each.says == "no"),
    )  # fmt: skip
    if writes:
        _store(session, run, plan, tally)
    return tally


def _plan(session: Session, run: ImportRun, rows: Sequence[ContactRow], *, notes: bool) -> Plan:
    keyed = {each.row: [f"{run.round}:{key}" for key in (*each.numbers, each.key) if key] for each in rows}
    if notes:
        given = [(key, number) for number, keys in keyed.items() for key in keys]
        import_piece.note_keys(session, run.business_id, run.id, given)
    first = import_piece.first_rows(session, run.id, [key for keys in keyed.values() for key in keys])
    written = _written_to(session, run.business_id, [each.email for each in rows if each.key])
    heard = subscription_bulk.known(session, run.business_id, [number for each in rows for number in each.numbers])
    owners = _owners(session, run.business_id, sorted(heard))  # whoever has a number has a row for it (contact.relabel)
    fresh, known, troubles = list[ContactRow](), list[tuple[ContactRow, str]](), list[Trouble]()
    left = list[ContactRow]()
    for each in rows:
        before = min((first.get(key, each.row) for key in keyed[each.row]), default=each.row)
        here = sorted({owners[number] for number in each.numbers if number in owners})
        if before < each.row:
            troubles.append(Trouble(each.row, f"The same client is in row {before} already.", each.cells))
            left.append(each)
        elif len(here) > 1:
            said = "Its numbers belong to two of your contacts. Merge them first, or take one number out."
            troubles.append(Trouble(each.row, said, each.cells))
            left.append(each)
        elif here or (each.key and each.email.casefold() in written):
            known.append((each, here[0] if here else written[each.email.casefold()]))
        else:
            fresh.append(each)
    strange = frozenset(each.row for each in fresh if not heard.isdisjoint(each.numbers))
    return Plan(tuple(fresh), strange, tuple(known), tuple(troubles), tuple(left))


def _store(session: Session, run: ImportRun, plan: Plan, tally: Tally) -> None:
    who = Who(run.actor, "")
    plain = [each for each in plan.fresh if each.row not in plan.strange]
    people = [Person(each.name, each.email, each.numbers, each.days) for each in plain]
    ids = contact_bulk.create(session, run.business_id, people, actor=run.actor)
    placed = [*zip(plain, ids, strict=True), *plan.known]
    for row in (each for each in plan.fresh if each.row in plan.strange):
        made = contact_desk.create(
            session, run.business_id, who, name=row.name, email=row.email, numbers=row.numbers, dates=row.days
        )
        placed.append((row, made.id))
    for row, contact_id in plan.known:
        _fill(session, run, contact_id, row, who)
    tally.troubles += import_group.join(session, run, placed)
    for row in (*(each for each, _ in placed), *plan.left):
        if row.says == "no":
            for number in row.numbers:
                stop(session, run, number, row=row.row)


def _fill(session: Session, run: ImportRun, contact_id: str, row: ContactRow, who: Who) -> None:
    """Only what is empty; a contact called by its number has no name yet. A name that anybody may have typed stays such
    a name (law 7): nobody has read it here."""
    found = contact.get(session, run.business_id, contact_id)
    is_nameless = not found.name or found.name in map(phone_number.display, row.numbers)
    name = row.name if is_nameless else found.name
    email = found.email or row.email
    days = contact_date.of(session, [found.id])[found.id] if row.days else []
    missing = [each for each in row.days if each.key not in {day.key for day in days}]
    missing = missing[: contact_date.MOST_DATES - len(days)]
    if (name, email) == (found.name, found.email) and not missing:
        return
    kept = [contact_date.Day(day.name, day.on_date) for day in days]
    is_typed = found.has_typed_name and name == found.name
    changed = contact_desk.change(
        session, run.business_id, found.id, who, name=name, email=email, dates=[*kept, *missing] if missing else None
    )
    changed.has_typed_name = is_typed
    session.add(changed)
    session.flush()


def _owners(session: Session, business_id: str, numbers: Sequence[str]) -> dict[str, str]:
    """Who has each number; of two that share a phone, who had it first."""
    if not numbers:
        return {}
    query = sa.select(_n.c.number, _n.c.contact_id).where(
        _n.c.business_id == business_id, _n.c.number.in_(list(numbers)), _n.c.is_current
    )
    found: dict[str, str] = {}
    for row in session.execute(query.order_by(_n.c.since_at, _n.c.id)):
        found.setdefault(row.number, row.contact_id)
    return found


def _written_to(session: Session, business_id: str, emails: Sequence[str]) -> dict[str, str]:
    keys = [each.casefold() for each in emails]
    if not keys:
        return {}
    query = sa.select(_c.c.email_key, _c.c.id).where(
        _c.c.business_id == business_id, _c.c.email_key.in_(keys), _c.c.merged_into_id.is_(None)
    )
    found: dict[str, str] = {}
    for row in session.execute(query.order_by(_c.c.id)):
        found.setdefault(row.email_key, row.id)
    return found

"""Erasing one person of a small world: everything or nothing, only what is theirs, and nothing brings them back."""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import erased_subscription, ledger, subscription, suppression, verification
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact, group, group_member, merge
from portal.erasure import ahead, list_trace, person, removal, thinning
from portal.erasure.reason import Reason
from portal.erasure.removal import Erased
from portal.errors import Conflict, NotFound
from portal.imports import import_piece, import_run, intake, turn
from portal.imports.field import What
from portal.imports.import_run import ImportRun
from portal.messaging import flight, inbox, message, provider_event
from portal.messaging.inbox import Rules
from portal.messaging.message import Direction, Fate
from portal.providers.provider import InboundText, StatusUpdate
from tests.conftest import OUR_NUMBER, World
from tests.messaging.conftest import Silent

A, B = "+14155550141", "+14155550142"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@dataclass
class Small:
    """What a test does in one line each."""

    world: World

    @property
    def home(self) -> str:
        return self.world.hearth.id

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.world.write(work)

    def add(self, name: str, *numbers: str, business: str = "") -> str:
        return str(
            self.write(lambda session: contact.create(session, business or self.home, name=name, numbers=numbers).id)
        )

    def says(self, kind: Kind, number: str = A) -> None:
        def work(session: Session) -> None:
            row = subscription.lock(session, self.home, SMS, number)
            ledger.record(session, row, kind, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client")

        self.write(work)

    def erase(self, contact_id: str, reason: Reason = Reason.ASKED) -> Erased:
        done: Erased = self.write(
            lambda session: removal.erase(session, self.home, contact_id, reason=reason, actor="member:alice")
        )
        return done

    def row(self, number: str = A, business: str = "") -> Any:
        return self.world.read(lambda session: subscription.find(session, business or self.home, SMS, number))

    def problem(self) -> str:
        return str(self.world.read(lambda session: verification.verify(session, self.home)).problem)

    def hears(self, event: InboundText | StatusUpdate) -> None:
        provider: Any = Silent()
        self.write(
            lambda session: inbox.receive(
                session, self.home, provider, event, raw=f"From={A}".encode(), arrived_at=clock.now(), rules=Rules()
            )
        )

    def raw(self) -> list[tuple[str, bytes]]:
        columns = (provider_event.table.c.event_id, provider_event.table.c.raw)
        return [tuple(row) for row in self.world.read(lambda session: session.execute(sa.select(*columns)).all())]


def text(words: str, event_id: str) -> InboundText:
    return InboundText(event_id, "AC", A, OUR_NUMBER, words, None)


@pytest.fixture
def small(world: World) -> Small:
    return Small(world)


@pytest.mark.covers("P17", "P12", "rules 16")
@pytest.mark.parametrize(
    ("said", "reason", "after"),
    [
        ([], Reason.ASKED, Status.NONE),
        ([Kind.OPTED_IN], Reason.ASKED, Status.NONE),
        ([Kind.OPTED_IN], Reason.NEVER_TEXT, Status.OPTED_OUT),
        ([Kind.OPTED_IN, Kind.OPTED_OUT], Reason.FORMER, Status.OPTED_OUT),
        ([Kind.DECLINED], Reason.MISTAKE, Status.OPTED_OUT),
        ([Kind.OPTED_IN, Kind.PAUSED], Reason.ASKED, Status.OPTED_OUT),
        ([Kind.OPTED_IN, Kind.REVIEW_OPENED], Reason.ASKED, Status.OPTED_OUT),
        ([Kind.OPTED_OUT, Kind.OPTED_IN], Reason.ASKED, Status.NONE),
    ],
)
def test_only_who_said_no_or_asked_for_it_stays_suppressed_when_the_number_comes_back(
    small: Small, said: list[Kind], reason: Reason, after: Status
) -> None:
    """A contact as the page, the API, an import and a form make one."""
    client = small.add("Ann", A)
    for kind in said:
        small.says(kind)
    small.erase(client, reason)
    assert small.row() is None
    small.add("Ann", A)
    assert small.row().status == after
    assert small.problem() == ""


@pytest.mark.covers("P17", "P12")
def test_a_suppressed_number_opens_by_its_own_start_and_can_be_erased_again(small: Small) -> None:
    small.says(Kind.OPTED_OUT)
    small.erase(small.add("Ann", A))
    small.hears(text("Hello?", "in:1"))
    assert small.row().status == Status.OPTED_OUT
    small.hears(text("START", "in:2"))
    assert small.row().status == Status.OPTED_IN
    small.says(Kind.OPTED_OUT)
    assert small.erase(small.add("Ann", A)).suppressed == 1
    small.add("Ann", A)
    assert small.row().status == Status.OPTED_OUT
    assert small.problem() == ""


@pytest.mark.covers("P10", "P17")
def test_the_same_number_at_another_business_is_untouched(small: Small) -> None:
    other = small.world.other.id
    theirs = small.add("Ann", A, business=other)
    small.says(Kind.OPTED_OUT)
    small.erase(small.add("Ann", A))
    assert small.row(business=other).contact_id == theirs
    assert small.world.read(lambda session: suppression.find(session, other, A)) is None


@pytest.mark.covers("P17")
def test_a_number_that_another_contact_has_stays_with_them(small: Small) -> None:
    ann, ben = small.add("Ann", A, B), small.add("Ben", B)
    assert small.erase(ann).shared == 1
    assert small.row() is None
    assert (small.row(B).contact_id, small.row(B).name) == (ben, "Ben")


@pytest.mark.covers("P17", "P13")
def test_a_number_that_somebody_else_only_typed_on_their_page_goes_with_its_owner(small: Small) -> None:
    ann, ben = small.add("Ann", A), small.add("Ben", B)

    def typed(session: Session) -> None:
        found = contact.get(session, small.home, ben)
        contact.change_numbers(session, found, [(None, A)], is_claimed=True)

    small.write(typed)
    assert small.erase(ann).shared == 0
    assert small.row() is None
    found = small.world.read(lambda session: contact.current(session, contact.get(session, small.home, ben)))
    assert found == [B]


@pytest.mark.covers("P17", "X-15")
def test_no_undoing_of_a_merge_brings_anybody_back(small: Small) -> None:
    kept, other = small.add("Ann", A), small.add("Anna", B)

    def unite(session: Session) -> None:
        merge.merge(session, *contact.lock(session, small.home, kept, other), actor="member:alice")

    small.write(unite)
    assert small.erase(other).numbers == 2
    for each in (kept, other):
        with pytest.raises(NotFound):
            small.world.read(partial(contact.get, business_id=small.home, contact_id=each))


@pytest.mark.covers("P17")
def test_a_record_that_was_split_off_forgets_whom_it_was_part_of(small: Small) -> None:
    kept, other = small.add("Ann Archer", A), small.add("Ben", B)

    def there_and_back(session: Session) -> None:
        for step in (merge.merge, merge.undo):
            step(session, *contact.lock(session, small.home, kept, other), actor="member:alice")

    small.write(there_and_back)
    small.erase(kept)
    found = small.world.read(lambda session: session.scalars(sa.text("SELECT details FROM contact_change")).all())
    assert found
    assert not any(named in str(found) for named in ("Ann", A, kept))


@pytest.mark.covers("P17")
def test_whoever_is_erased_leaves_their_groups_and_their_sizes_are_right(small: Small) -> None:
    ann = small.add("Ann", A)
    people = [ann, small.add("Ben", B)]
    made = small.write(lambda session: group.create(session, small.home, name="Weddings").id)
    small.write(lambda session: group.add(session, group.get(session, small.home, made), people))
    small.erase(ann)
    assert small.world.read(lambda session: group.get(session, small.home, made).size) == 1
    assert small.world.read(lambda session: group_member.groups_of(session, [ann])) == {ann: []}


@pytest.mark.covers("P17", "P1")
def test_nobody_is_erased_while_a_text_to_them_is_on_its_way(small: Small) -> None:
    ann = small.add("Ann", A)

    def leave(session: Session) -> None:
        row = subscription.lock(session, small.home, SMS, A)
        sent = message.add(session, row, direction=Direction.OUTBOUND, status=Fate.SENDING, text="Hi", purpose="help")
        assert flight.take(session, [SimpleNamespace(id=str(sent), subscription_id=row.id)], now=clock.now())

    small.write(leave)
    with pytest.raises(Conflict, match="just leaving"):
        small.erase(ann)
    (waits,) = small.write(lambda session: removal.hush(session, small.home, ann))
    assert small.world.read(lambda session: flight.is_stopped(session, waits))
    small.write(lambda session: session.execute(sa.update(flight.table).values(until=clock.now() - dt.timedelta(1))))
    assert small.erase(ann).texts == 1


@pytest.mark.covers("P17", "P4")
def test_what_a_provider_says_late_or_again_brings_nobody_back(small: Small) -> None:
    ann = small.add("Ann", A)
    small.hears(text("Hello", "in:SM1"))

    def sent(session: Session) -> None:
        row = subscription.lock(session, small.home, SMS, A)
        message.add(session, row, direction=Direction.OUTBOUND, status=Fate.SENT, text="Hi", provider="twilio",
                    provider_id="SM2")  # fmt: skip
        session.execute(sa.update(message.table).values(claimed_at=clock.now()))

    small.write(sent)
    small.erase(ann)
    small.hears(text("Hello", "in:SM1"))
    small.hears(StatusUpdate("st:SM2:delivered", "AC", "SM2", "delivered", 3))
    assert small.row() is None
    assert {raw for _, raw in small.raw()} == {b""}
    assert all(event_id.startswith("erased:") for event_id, _ in small.raw())


@pytest.mark.covers("P17")
def test_what_fails_in_the_middle_leaves_everything(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = small.add("Ann", A)
    small.says(Kind.OPTED_IN)
    before = small.row()

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(erased_subscription, "put_away", break_down)
        with pytest.raises(RuntimeError, match="killed"):
            small.erase(ann)
    assert small.row() == before
    assert small.world.read(lambda session: contact.get(session, small.home, ann).name) == "Ann"
    assert small.erase(ann).numbers == 1


@pytest.mark.covers("P17", "P21")
def test_somebody_with_very_many_texts_goes_in_pieces(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "MOST_TEXTS", 2)
    monkeypatch.setattr(thinning, "PIECE", 2)
    ann = small.add("Ann", A)
    for i in range(5):
        small.hears(text(f"Hello {i}", f"in:{i}"))
    with pytest.raises(Conflict, match="more than 2 texts"):
        small.erase(ann)
    pieces = [small.write(lambda session: thinning.thin(session, small.home, ann)) for _ in range(3)]
    assert pieces == [True, True, False]
    assert small.erase(ann).texts == 1
    assert small.problem() == ""


@pytest.mark.covers("P17", "P12")
def test_a_start_from_before_the_erasure_that_comes_late_lifts_nothing(small: Small) -> None:
    """Or the next row of the number, on another channel, would begin without its opt-out."""
    small.says(Kind.OPTED_OUT)
    before = clock.now()
    small.erase(small.add("Ann", A))

    def late(session: Session) -> None:
        row = subscription.lock(session, small.home, SMS, A)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", occurred_at=before
        )
        assert suppression.find(session, small.home, A) is not None

    small.write(late)
    assert small.row().status == Status.OPTED_OUT


@pytest.mark.covers("P17")
def test_a_list_that_was_just_read_brings_nobody_back_who_was_erased_meanwhile(small: Small) -> None:
    ann = small.add("Ann", A)
    raw = f"Name,Phone\nAnn,{A}\nBea,{B}\n".encode()
    database = small.world.database
    run_id = intake.take(database, io.BytesIO(raw), small.home, What.CONTACTS, file_name="x.csv", actor="member:alice")
    turn.some(database, run_id, most=10)
    small.write(
        lambda session: import_run.start(session, import_run.get(session, small.home, run_id), actor="x", ip="")
    )
    ahead = small.world.read(lambda session: turn.look(session, run_id))
    small.erase(ann)
    small.write(partial(turn.store, turn=ahead))
    turn.some(database, run_id, most=10)
    assert small.row(A) is None
    assert small.row(B) is not None


@pytest.mark.covers("P17")
def test_what_takes_long_to_find_is_found_in_reads_and_what_comes_meanwhile_is_found_too(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says STOP waits for no search through all that providers ever sent, and all lists that wait."""
    ann = small.add("Ann", A)
    database = small.world.database
    raw = f"Name,Phone\nAnn,{A}\nBea,{B}\n".encode()
    take = partial(intake.take, database, business_id=small.home, what=What.CONTACTS, actor="member:alice")
    take(io.BytesIO(raw), file_name="x.csv")
    small.hears(text("Hello", "in:SM1"))
    small.write(lambda session: session.execute(sa.update(provider_event.table).values(received_at=LONG_AGO)))
    small.write(lambda session: session.execute(sa.update(table_of(ImportRun)).values(created_at=LONG_AGO)))
    looked = ahead.clear(database, small.home, ann)
    assert (len(looked.events), len(looked.pieces)) == (1, 1)
    small.hears(text("Are you there?", "in:SM2"))
    take(io.BytesIO(raw), file_name="y.csv")
    searched: list[int] = []
    real = list_trace._emptied

    def counted(rows: Any, person: Any) -> list[Any]:
        searched.append(1)
        return real(rows, person)

    monkeypatch.setattr(list_trace, "_emptied", counted)
    small.write(
        lambda session: removal.erase(
            session, small.home, ann, reason=Reason.ASKED, actor="member:alice", looked=looked
        )
    )
    assert len(searched) == 2  # found, then emptied: the list that came meanwhile, and not the one from before
    assert {raw for _, raw in small.raw()} == {b""}
    rows = small.world.read(lambda session: session.scalars(sa.select(import_piece.table.c.rows)).all())
    assert [row for piece in rows for row in piece] == [[2, ["", ""]], [3, ["Bea", B]]] * 2


@pytest.mark.covers("P17")
def test_who_got_another_number_meanwhile_is_looked_for_again_in_everything(small: Small) -> None:
    ann = small.add("Ann", A)
    looked = ahead.clear(small.world.database, small.home, ann)
    small.hears(text("Hello", "in:SM1"))
    small.write(lambda session: session.execute(sa.update(provider_event.table).values(received_at=LONG_AGO)))
    found = small.world.read(lambda session: person.find(session, small.home, ann))
    assert ahead.since(looked, found) is not None
    small.write(
        lambda session: contact.change_numbers(
            session, contact.get(session, small.home, ann), [(None, B)], actor="member:alice"
        )
    )
    found = small.world.read(lambda session: person.find(session, small.home, ann))
    assert ahead.since(looked, found) is None

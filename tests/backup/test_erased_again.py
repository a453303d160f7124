"""No old copy brings anybody back who was erased after it was made, and no opt-out of theirs is lost (P17, P18)."""

import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.backup import restoring
from portal.backup.erasure_journal import ErasureJournal
from portal.consent import legal_hold, phone_number, subscription, suppression, verification
from portal.contacts import contact
from portal.database import Database
from portal.erasure import removal
from portal.erasure.reason import Reason
from portal.errors import NotFound
from tests.backup.conftest import NUMBER, SECOND, Installation, opted_in, opted_out, status

pytestmark = [pytest.mark.covers("P17", "P18", "promises F"), pytest.mark.at_the_door]


def journal(installation: Installation) -> ErasureJournal:
    return ErasureJournal(Path(installation.settings.key_file))


def known(session: Session, home: str) -> str:
    return contact.create(session, home, name="Iris Marlow", email="iris@example.com", numbers=[NUMBER]).id


def erased(database: Database, home: str, contact_id: str) -> None:
    database.write(partial(removal.hush, business_id=home, contact_id=contact_id))
    database.write(
        partial(removal.erase, business_id=home, contact_id=contact_id, reason=Reason.ASKED, actor="member:1")
    )


def restored(installation: Installation) -> restoring.Restored:
    journal(installation).write(installation.opened[-1])
    installation.close()
    return restoring.restore(installation.settings, installation.file)


def hold(installation: Installation, database: Database, subscription_id: str | None) -> object:
    """One that stands in the backup and ended after it."""

    def work(session: Session, *, change: Callable[..., object]) -> object:
        return change(session, installation.business, subscription_id, reason="A letter came", actor="operator")

    placed = database.write(partial(work, change=legal_hold.place))
    installation.back_up()
    database.write(partial(work, change=legal_hold.end))
    return placed


def test_whoever_was_erased_since_is_erased_again_and_stays_opted_out(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    who = database.write(partial(known, home=home))
    installation.back_up()
    database.write(partial(opted_out, business_id=home, number=NUMBER))
    erased(database, home, who)
    assert restored(installation).settled.erased == 1
    database = installation.open()
    with pytest.raises(NotFound):
        database.read(lambda session: contact.get(session, home, who))
    found = database.read(lambda session: suppression.find(session, home, NUMBER))
    assert found.reason == "opted_out", "as they said last, which the copy never heard"
    assert database.read(lambda session: verification.verify(session, home).problem) == ""
    installation.close()
    inside = Path(installation.settings.database_url[10:]).read_bytes()
    assert not [each for each in (NUMBER[1:], "Iris Marlow", "iris@example.com") if each.encode() in inside]


def test_a_number_that_was_nobodys_when_the_copy_was_made_goes_too(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    installation.back_up()
    erased(database, home, database.write(partial(known, home=home)))
    assert restored(installation).settled.erased == 1
    installation.open().read(lambda session: None)
    installation.close()
    assert NUMBER[1:].encode() not in Path(installation.settings.database_url[10:]).read_bytes()


def test_an_opt_out_of_somebody_the_copy_never_knew_is_kept(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    installation.back_up()
    database.write(partial(opted_in, business_id=home, number=SECOND))
    database.write(partial(opted_out, business_id=home, number=SECOND))
    erased(database, home, database.write(lambda session: contact.create(session, home, name="A", numbers=[SECOND]).id))
    assert restored(installation).settled.erased == 0
    assert installation.open().read(lambda session: suppression.find(session, home, SECOND)) is not None


def test_others_are_left_alone(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    database.write(partial(opted_in, business_id=home, number=SECOND))
    who = database.write(partial(known, home=home))
    installation.back_up()
    erased(database, home, who)
    restored(installation)
    assert installation.open().write(partial(status, business_id=home, number=SECOND)) == "opted_in"


def test_a_hold_on_the_whole_business_stands_after_it_and_stopped_nothing(installation: Installation) -> None:
    """The copy knows a hold that had ended when they were erased, and nobody knows whether it was placed anew since."""
    home, database = installation.business, installation.open()
    who = database.write(partial(known, home=home))
    placed = hold(installation, database, None)
    erased(database, home, who)
    assert restored(installation).settled.erased == 1
    database = installation.open()
    assert database.read(partial(legal_hold.of_business, business_id=home)) == placed
    with pytest.raises(NotFound):
        database.read(lambda session: contact.get(session, home, who))


def test_a_hold_on_a_number_that_another_contact_has_too_stands_after_it(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    who = database.write(partial(known, home=home))
    database.write(lambda session: contact.create(session, home, name="Their mother", numbers=[NUMBER]))
    row = database.write(lambda session: subscription.lock(session, home, SMS, NUMBER))
    placed = hold(installation, database, row.id)
    erased(database, home, who)
    assert restored(installation).settled.erased == 1
    assert installation.open().read(partial(legal_hold.of, business_id=home, subscription_id=row.id)) == placed


def test_the_journal_names_nobody_and_goes_on_after_a_line_that_was_cut_off(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    erased(database, home, database.write(partial(known, home=home)))
    made = journal(installation)
    made.write(database)
    text = made.path.read_text()
    spellings = phone_number.aliases(NUMBER)
    assert not [each for each in (*spellings, "Iris", "iris@") if each.lstrip("+") in text]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    made.path.write_text(text.rstrip()[:-9])
    assert made.entries() == []
    journal(installation).write(database)
    assert len(made.entries()) == 1


def test_what_was_seen_is_written_once(installation: Installation) -> None:
    home, database = installation.business, installation.open()
    erased(database, home, database.write(partial(known, home=home)))
    for made in (journal(installation), journal(installation)):
        made.write(database)
        made.write(database)
    assert len([line for line in journal(installation).path.read_text().splitlines() if line]) == 1

"""What a pulse means, in words a member understands: each thing that was looked at is well, worth a look, or broken.

Pure: the page shows all signs, the mails tell of those that are not well (promises.md G).
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from portal import local_time
from portal.accounts.sender import REHEARSAL, SMS, WHATSAPP
from portal.consent import phone_number
from portal.messaging.quarantine import CLOCK, RESTORE
from portal.providers.provider import Trouble
from portal.watch import audit_sign, backup_sign
from portal.watch.level import Level as Level
from portal.watch.level import Sign as Sign
from portal.watch.pulse import Pulse

ENOUGH = 20  # texts, below which a share says nothing
SLOW, STUCK = dt.timedelta(minutes=5), dt.timedelta(hours=1)
QUIET_AT_LEAST = dt.timedelta(hours=24)
QUIET_TIMES = 6  # the usual time between two texts of clients
NEARLY = 0.8  # of a day's limit
QUARANTINE = {
    RESTORE: "The portal was restored from a backup, and first has to learn what it missed.",
    CLOCK: "The clock of this installation has jumped.",
}
CARRIED_BY = {SMS: "text messages", WHATSAPP: "WhatsApp"}


def of(pulse: Pulse, zone: str) -> tuple[Sign, ...]:
    """The worst first."""
    return tuple(sorted(_all(pulse, zone), key=lambda each: -each.level))


def verdict(signs: tuple[Sign, ...]) -> Level:
    return max((each.level for each in signs), default=Level.WELL)


def _all(pulse: Pulse, zone: str) -> Iterator[Sign]:
    yield from _quarantine(pulse, zone)
    yield _number(pulse)
    yield from (_resting(each, zone) for each in pulse.resting)
    yield _waiting(pulse, zone)
    yield _arriving(pulse)
    yield _unknown(pulse)
    yield _hearing(pulse, zone)
    yield from (_missed(each, zone) for each in pulse.lists if _is_asked(each))
    yield _limit(pulse)
    yield from _text_first(pulse, zone)
    yield from backup_sign.of(pulse.backups, pulse.at, zone)
    yield from _seal(pulse, zone)
    yield from audit_sign.of(pulse.found, pulse.nights_missed, zone)


def _quarantine(pulse: Pulse, zone: str) -> Iterator[Sign]:
    """Said only while it is on."""
    if pulse.quarantine is not None:
        since = local_time.when(pulse.quarantine.since_at, zone)
        yield Sign(
            "quarantine", Level.BROKEN, "Sending is held back", f"{QUARANTINE[pulse.quarantine.why]} Since {since}.",
            "Only answers to STOP and HELP leave. The operator of this installation ends it once nothing is missing.",
        )  # fmt: skip


def _number(pulse: Pulse) -> Sign:
    active = [each for each in pulse.senders if each.is_active]
    if active:
        named = ", ".join(f"{phone_number.display(each.number)} ({CARRIED_BY[each.channel]})" for each in active)
        return Sign("number", Level.WELL, "Your number", f"Texts leave from {named}.")
    return Sign(
        "number", Level.BROKEN, "No number to text from", "Nothing can be sent.",
        "Ask the operator of this installation to add a number.",
    )  # fmt: skip


def _resting(row: Any, zone: str) -> Sign:
    """Said of each number that rests."""
    since = local_time.when(row.resting_since_at, zone)
    again = f"It is tried again {local_time.when(row.rests_until_at, zone)}." if row.rests_until_at else ""
    number = phone_number.display(row.number)
    if row.rest_trouble == Trouble.SENDER:
        return Sign(
            "resting", Level.BROKEN, "The provider does not accept this number",
            f"Since {since} it refuses every text from {number}: the account is not set up, is suspended, or its "
            f"secret is wrong. {again}",
            "Ask the operator to look at the account at the provider. What is queued waits for it.",
        )  # fmt: skip
    return Sign(
        "resting", Level.LOOK, "The provider takes no texts at the moment",
        f"Since {since} it does not answer for {number}, or asks us to wait. {again}",
        "You need to do nothing: what is queued leaves when it answers. Texts of clients come in all the same.",
    )  # fmt: skip


def _waiting(pulse: Pulse, zone: str) -> Sign:
    since = pulse.week.oldest_due_at
    if since is None or pulse.at - since < SLOW:
        return Sign("waiting", Level.WELL, "Nothing is stuck", "Every text that was due has left.")
    level = Level.BROKEN if pulse.at - since >= STUCK else Level.LOOK
    texts = "1 text waits" if pulse.week.waiting == 1 else f"{pulse.week.waiting} texts wait"
    return Sign(
        "waiting", level, "Texts wait to leave", f"{texts}, the first since {local_time.when(since, zone)}.",
        "They leave by themselves as soon as the provider takes them; what has grown stale by then is dropped.",
    )  # fmt: skip


def _arriving(pulse: Pulse) -> Sign:
    found = pulse.week
    if found.ended < ENOUGH or not found.failed:
        words = f"{found.delivered} arrived in the last 24 hours" + (
            f", {found.failed} failed." if found.failed else "."
        )
        return Sign("arriving", Level.WELL, "Texts arrive", words)
    share = found.failed / found.ended
    level = Level.BROKEN if share > 0.3 else Level.LOOK if share > 0.1 else Level.WELL
    words = f"{found.failed} of {found.ended} texts failed in the last 24 hours."
    title = "Texts arrive" if level is Level.WELL else "Many texts do not arrive"
    advice = "" if level is Level.WELL else "Open one of them: it says why. A wrong kind of number is the usual reason."
    return Sign("arriving", level, title, words, advice, "/" if advice else "")


def _unknown(pulse: Pulse) -> Sign:
    count, out = pulse.week.unknown, pulse.week.out
    if count == 0:
        return Sign("unknown", Level.WELL, "Every fate is known", "The provider answered for every text.")
    level = Level.LOOK if count * 100 < max(out, 300) else Level.BROKEN
    texts = "1 text" if count == 1 else f"{count} texts"
    return Sign(
        "unknown", level, "Texts of unknown fate",
        f"Of {texts} in the last 24 hours nobody knows yet whether they left. They are not sent again by themselves.",
        "Look at them; most are settled within minutes.", "/",
    )  # fmt: skip


def _hearing(pulse: Pulse, zone: str) -> Sign:
    found = pulse.week
    if found.last_received_at is None:
        return Sign(
            "hearing", Level.WELL, "No client has written lately",
            "Nothing came in the last 7 days. If you wonder, text your number from your own phone.", is_mailed=False,
        )  # fmt: skip
    last = local_time.when(found.last_received_at, zone)
    usual = (pulse.at - found.looked_back_to) / max(1, found.received_in_all)
    is_odd = found.received_in_all >= ENOUGH and pulse.at - found.last_received_at > max(
        QUIET_AT_LEAST, QUIET_TIMES * usual
    )
    if not is_odd:
        return Sign("hearing", Level.WELL, "Clients are heard", f"The last text came {last}.")
    return Sign(
        "hearing", Level.LOOK, "Unusually quiet",
        f"The last text of a client came {last}. They used to write more often.",
        "Text your number from your own phone. If it does not show up here, the provider no longer reaches us.",
    )  # fmt: skip


def _is_asked(row: Any) -> bool:
    """Nothing comes to pretend phones from outside."""
    return row.provider != REHEARSAL and bool(row.asked_at or row.trouble)


def _missed(row: Any, zone: str) -> Sign:
    """Said of each number once somebody tried to ask."""
    number = phone_number.display(row.number)
    if row.can_list and row.trouble:
        waits = "Automated texts of this number wait until then. " if row.owes_since_at else ""
        return Sign(
            "missed", Level.BROKEN if row.owes_since_at else Level.LOOK, "What was missed is not known",
            f"The provider of {number} could not be asked for texts that did not reach us. {row.trouble}",
            f"{waits}It is asked again by itself; the operator can look with “portal doctor”.",
        )  # fmt: skip
    if not row.can_list:
        return Sign(
            "missed", Level.WELL, "Missed texts cannot be fetched",
            f"The provider of {number} keeps no list of texts: what clients write while this portal is switched off is "
            "heard only where the provider tries again.", is_mailed=False,
        )  # fmt: skip
    last = local_time.when(row.asked_at, zone)
    words = f"The provider of {number} was last asked {last} for texts that did not reach us."
    return Sign("missed", Level.WELL, "Nothing was missed", words, is_mailed=False)


def _limit(pulse: Pulse) -> Sign:
    if not pulse.limit:
        return Sign("limit", Level.WELL, "No limit", f"{pulse.segments:,} message parts in the last 24 hours.")
    share = pulse.share
    words = f"{pulse.segments:,} of {pulse.limit:,} message parts of a day are used."
    if share < NEARLY:
        return Sign("limit", Level.WELL, "Within the day’s limit", words)
    level = Level.BROKEN if share >= 1 else Level.LOOK
    title = "The day’s limit is used up" if level is Level.BROKEN else "The day’s limit is near"
    advice = (
        "Automatic texts wait first; answers to STOP and what you write yourself keep a reserve. It frees up by itself."
    )
    return Sign("limit", level, title, words, advice)


def _text_first(pulse: Pulse, zone: str) -> Iterator[Sign]:
    """Said only while a form has turned by itself."""
    if pulse.stops:
        since = local_time.when(min(each.since_at for each in pulse.stops), zone)
        yield Sign(
            "text_first", Level.LOOK, "Clients are asked to text first",
            f"Since {since} a questionnaire texts nobody by itself, because few of its confirmations arrived. Somebody "
            "may have been entering strangers’ numbers.",
            "Look at who answered, and switch it back when you know them.", "/questionnaires",
        )  # fmt: skip


def _seal(pulse: Pulse, zone: str) -> Iterator[Sign]:
    """Said only while nothing can be signed (promises.md F.5)."""
    if pulse.seal is not None and pulse.seal.problem:
        since = local_time.when(pulse.seal.problem_since_at, zone)
        yield Sign(
            "seal", Level.BROKEN, "The consent records contradict their seal",
            f"{pulse.seal.problem} Since {since} no new seal is made, so that nothing false is signed.",
            "Keep the mails with the seals. The operator of this installation runs “portal verify”, and looks whether "
            "it was restored from a backup or somebody wrote to its database.", "/evidence",
        )  # fmt: skip

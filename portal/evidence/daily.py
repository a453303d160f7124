"""The daily checkpoint of each ledger: walked, compared with all that was signed, signed, kept elsewhere, mailed.

Unlike a checkpoint for a packet, it believes no kept page and reads every hash again, in pieces. A ledger that did not
grow needs no new one; its last is mailed again after a week, so that silence is never taken for a broken job.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session

from portal import clock, logs
from portal.accounts import key, member
from portal.accounts.business import Business
from portal.accounts.member import Role
from portal.consent import ledger_seal
from portal.database import Database, Lane
from portal.evidence import checkpoint, checkpoint_mail, merkle, tree, turn, witness
from portal.evidence.merkle import PAGE, Tree
from portal.evidence.tree import Gap

MAILED_AGAIN = dt.timedelta(days=7)

Letter = Callable[[str, str, str], None]
"""(to, subject, text): one mail. It may raise."""


@dataclass(frozen=True)
class _Walked:
    nodes: list[bytes]
    tree: Tree


class Daily:
    """One per turn of the job. `letter` is None where there is no mail server, `folder` without a second place."""

    def __init__(self, database: Database, *, letter: Letter | None, folder: Path | None) -> None:
        self._database, self._letter, self._folder = database, letter, folder

    def turn(self) -> None:
        """One ledger that cannot be looked at keeps no other waiting."""
        for business_id in self._database.read(turn.owed):
            try:
                if self._database.write(partial(turn.claim, business_id=business_id), lane=Lane.BULK):
                    self.round(business_id)
            except Exception:
                logs.trace(f"checkpoint.failed {business_id}")

    def round(self, business_id: str) -> None:
        """What could not be kept elsewhere or mailed is tried again when the claim is over."""
        row = self._signed(business_id)
        done = [row is None or self._is_kept(business_id, row), row is None or self._is_told(business_id, row)]
        if all(done):
            self._database.write(partial(turn.settle, business_id=business_id), lane=Lane.BULK)

    def _signed(self, business_id: str) -> Any:
        """The checkpoint of today, or None where none may be signed; then the business is told of it (portal/watch)."""
        try:
            walked = self._walk(business_id)
            problem = self._contradiction(business_id, walked)
        except Gap as gap:
            problem = str(gap)
        if problem:
            logs.event("checkpoint.refused", level=40, business=business_id)
            self._database.write(lambda session: ledger_seal.say(session, business_id, problem), lane=Lane.BULK)
            return None
        return self._database.write(partial(_sign, business_id=business_id, nodes=walked.nodes), lane=Lane.BULK)

    def _walk(self, business_id: str) -> _Walked:
        """Every hash of the ledger as it is now, each page in a read of its own. Raises Gap."""
        size = self._database.read(lambda session: tree.size(session, business_id))
        nodes: list[bytes] = []
        rest: list[bytes] = []
        previous = ""
        for number in range(-(-size // PAGE)):
            work = partial(tree.page, business_id=business_id, number=number, size=size, previous=previous)
            page = self._database.read(work)
            previous = page.last
            if page.is_whole:
                nodes.append(merkle.root_of(page.leaves))
            else:
                rest = list(page.leaves)
        return _Walked(nodes, Tree(size, nodes, lambda _: rest))

    def _contradiction(self, business_id: str, walked: _Walked) -> str:
        """Pages that are no longer what was kept, and the last checkpoint in the second place."""
        size = walked.tree.size
        kept = self._database.read(lambda session: tree.kept(session, business_id, size))
        for number, (node, before) in enumerate(zip(walked.nodes, kept, strict=False)):
            if node != before:
                return f"One of the entries {number * PAGE + 1} to {(number + 1) * PAGE} is not what was signed."
        if self._folder is None:
            return ""
        secrets = self._database.read(key.of)
        seen = witness.newest(self._folder, business_id, secrets)
        if seen is None:
            return ""
        if seen.size > size:
            return f"The ledger has {size} entries; the second place has a checkpoint of {seen.size}."
        is_same = walked.tree.root(seen.size) == seen.root
        return "" if is_same else f"The first {seen.size} entries are not those of the checkpoint in the second place."

    def _is_kept(self, business_id: str, row: Any) -> bool:
        """A second place that is full or gone keeps no owner from their mail."""
        try:
            if self._folder is not None:
                witness.keep(self._folder, business_id, row.day, row.note)
        except OSError:
            logs.trace(f"checkpoint.not_kept {business_id}")
            return False
        return True

    def _is_told(self, business_id: str, row: Any) -> bool:
        """Whether the owners have it: some got it, lately enough. Without a mail server nobody is to be told."""
        is_recent = row.mailed_at is not None and clock.now() - row.mailed_at < MAILED_AGAIN
        if is_recent or self._letter is None:
            return True
        business, owners, public = self._database.read(partial(_addressed, business_id=business_id))
        sent = sum(self._has_sent(each, checkpoint_mail.of(business, row, public)) for each in owners)
        if sent:
            work = partial(checkpoint.mark_mailed, business_id=business_id, size=row.size, people=sent)
            self._database.write(work, lane=Lane.BULK)
        return sent > 0 or not owners

    def _has_sent(self, to: str, mail: tuple[str, str]) -> bool:
        assert self._letter is not None
        try:
            self._letter(to, *mail)
        except Exception:
            logs.trace("checkpoint.mail_failed")
            return False
        return True


def _sign(session: Session, business_id: str, nodes: list[bytes]) -> Any:
    tree.keep(session, business_id, enumerate(nodes))
    made = checkpoint.make(session, business_id, has_looked=True)
    if not made.problem:
        ledger_seal.say(session, business_id, "")
    return made.row


def _addressed(session: Session, business_id: str) -> tuple[Business, list[str], str]:
    """The business, its owners' addresses, and the public key."""
    people = member.all_of(session, business_id)
    owners = [each.email for each in people if each.role == Role.OWNER and each.disabled_at is None]
    return session.get_one(Business, business_id), owners, checkpoint.public_key(session)

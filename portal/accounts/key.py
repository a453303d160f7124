"""Secrets that live outside the database: the key file, and what is derived from PORTAL_SECRET_KEY.

Losing the key file must fail closed (promises.md 0.9): it is made only while the database is still empty.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from portal.errors import SettingsError


@dataclass(frozen=True)
class Secrets:
    """`evidence` signs ledger heads, `suppression` hashes numbers that outlive erasure, `root` signs and encrypts."""

    evidence: bytes = field(repr=False)
    suppression: bytes = field(repr=False)
    root: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Tells one key file from another and gives nothing of it away: both keys are 256 random bits."""
        text = b"".join(hmac.digest(each, b"fingerprint", "sha256") for each in (self.evidence, self.suppression))
        return hashlib.sha256(text).hexdigest()[:32]

    @property
    def checkpoint_seed(self) -> bytes:
        """The private Ed25519 key of signed checkpoints: HMAC-SHA256 of the key file's evidence key over a fixed text,
        so that it needs no file of its own and fails closed with that one (evidence/note.py)."""
        return hmac.digest(self.evidence, b"sign ledger checkpoints with Ed25519, version 1", "sha256")

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose, e.g. `credentials` or `form`; different purposes never share a key."""
        return hmac.new(self.root, purpose.encode(), hashlib.sha256).digest()

    def seal(self, text: str) -> str:
        """Encrypt a credential for the database."""
        from cryptography.fernet import Fernet

        return Fernet(self._fernet_key()).encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises SettingsError when PORTAL_SECRET_KEY is not the one that sealed it."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(self._fernet_key()).decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SettingsError(
                "A stored credential cannot be decrypted: PORTAL_SECRET_KEY is not the one it was stored with."
            ) from error

    def _fernet_key(self) -> bytes:
        return base64.urlsafe_b64encode(self.derived("credentials"))


def of(session: Session) -> Secrets:
    """The secrets of the database that `session` belongs to."""
    found = session.info["secrets"]
    assert isinstance(found, Secrets)
    return found


def in_memory() -> Secrets:
    """For demos and tests."""
    return Secrets(secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(32))


def load(path: Path | None, *, root: str, may_create: bool) -> Secrets:
    """Read the key file, or make it (mode 600) on the first start. Raises SettingsError when it is lost."""
    if path is None:
        return in_memory()
    if not path.exists():
        if not may_create:
            raise SettingsError(
                f"The key file {path} is missing but the database is in use. Restore it from its backup, or point "
                "PORTAL_KEY_FILE to it: without it nothing can be proven and erased opt-outs cannot be kept."
            )
        _make(path)
    try:
        keys = json.loads(path.read_text(encoding="utf-8"))
        evidence, suppression = bytes.fromhex(keys["evidence"]), bytes.fromhex(keys["suppression"])
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"The key file {path} cannot be read: {error}") from error
    return Secrets(evidence, suppression, root.encode())


def _make(path: Path) -> None:
    text = json.dumps({"evidence": secrets.token_hex(32), "suppression": secrets.token_hex(32)})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

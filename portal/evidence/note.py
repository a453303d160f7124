"""A checkpoint as a signed note: what a ledger was at one size, in a form that others' tools read too.

c2sp.org/tlog-checkpoint in c2sp.org/signed-note, Ed25519. The key is derived from the key file of the installation
(accounts/key.py), so it is lost with it and never in the database; whoever has a note needs only the public key.
"""

import base64
import hashlib
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from portal.accounts.key import Secrets
from portal.evidence import verifier

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRODUCT = "client-portal"
ED25519 = b"\x01"  # the type of signature


@dataclass(frozen=True)
class Checkpoint:
    """`root` of the first `size` entries of the ledger that `origin` names."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def business_id(self) -> str:
        return self.origin.rpartition("/")[2]


def origin(secrets: Secrets, business_id: str) -> str:
    """Of which installation, by its key, and of which business."""
    return f"{PRODUCT}/{hashlib.sha256(public_key(secrets)).hexdigest()[:16]}/{business_id}"


def public_key(secrets: Secrets) -> bytes:
    """32 bytes."""
    return _private(secrets.checkpoint_seed).public_key().public_bytes_raw()


def public_text(secrets: Secrets) -> str:
    """As it stands in mails and packets."""
    return base64.b64encode(public_key(secrets)).decode()


def signed(secrets: Secrets, business_id: str, *, size: int, root: bytes) -> str:
    """The note. The same ledger always gives the same one: Ed25519 takes no chance. Only the log signs
    (evidence/checkpoint.py), which first looks whether it goes on from what was signed before."""
    made = Checkpoint(origin(secrets, business_id), size, root)
    signature = _private(secrets.checkpoint_seed).sign(made.text.encode())
    line = base64.b64encode(_key_id(made.origin, public_key(secrets)) + signature).decode()
    return f"{made.text}\n\u2014 {made.origin} {line}\n"


def found_in(text: str) -> list[Checkpoint]:
    """Every checkpoint in a text, whoever signed it."""
    return [Checkpoint(*each[:3]) for each in verifier.notes_in(text)]


def ours_in(secrets: Secrets, text: str) -> list[Checkpoint]:
    """Those that this installation signed, of whichever of its businesses."""
    key = public_key(secrets)
    found = [Checkpoint(*each[:3]) for each in verifier.notes_in(text) if verifier.is_vouched(each, key)]
    return [each for each in found if each.origin == origin(secrets, each.business_id)]


def text_of(raw: bytes) -> str:
    """What a saved mail says, or a plain file."""
    body: Any = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    try:
        return str(body.get_content())
    except (LookupError, AttributeError):  # a mail in a form that nobody knows
        return ""


def _key_id(name: str, key: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + ED25519 + key).digest()[:4]


@lru_cache(maxsize=4)
def _private(seed: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)

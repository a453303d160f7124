"""Checkpoints are signed notes as others read them, and the small verifier is as strict as the big one."""

import base64
import hashlib
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.accounts import key
from portal.evidence import note, verifier
from portal.evidence.note import Checkpoint

pytestmark = [pytest.mark.at_the_door, pytest.mark.covers("P11", "promises F")]
BUSINESS = "0" * 31 + "1"
# RFC 8032, 7.1: secret key, public key, message, signature
VECTORS = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_small_verifier_knows_the_signatures_of_rfc_8032(
    secret: str, public: str, message: str, signature: str
) -> None:
    said, sealed = bytes.fromhex(message), bytes.fromhex(signature)
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(said) == sealed
    assert verifier.is_signed(bytes.fromhex(public), said, sealed)
    assert not verifier.is_signed(bytes.fromhex(public), said + b"!", sealed)


def test_every_flipped_bit_of_a_signature_is_noticed() -> None:
    private = Ed25519PrivateKey.generate()
    public, text = private.public_key().public_bytes_raw(), b"origin\n1\n"
    sealed = private.sign(text)
    assert verifier.is_signed(public, text, sealed)
    for bit in range(0, 512, 7):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not verifier.is_signed(public, text, bytes(flipped))


def test_a_key_under_which_anybody_can_sign_is_refused() -> None:
    """The neutral element as a key: R = [S]B holds for every text."""
    scalar = 5
    x, y = verifier.times(scalar, verifier.point((4 * pow(5, -1, verifier.P) % verifier.P).to_bytes(32, "little")))
    forged = (y | (x & 1) << 255).to_bytes(32, "little") + scalar.to_bytes(32, "little")
    assert not verifier.is_signed((1).to_bytes(32, "little"), b"anything", forged)


def test_a_scalar_written_in_another_way_is_refused() -> None:
    private = Ed25519PrivateKey.generate()
    sealed = private.sign(b"text")
    again = int.from_bytes(sealed[32:], "little") + verifier.ORDER
    assert not verifier.is_signed(
        private.public_key().public_bytes_raw(), b"text", sealed[:32] + again.to_bytes(32, "little")
    )


def test_a_note_has_the_form_that_others_read() -> None:
    """c2sp.org/tlog-checkpoint: origin, size, root; an empty line; the signature with its key id."""
    secrets, root = key.in_memory(), os.urandom(32)
    text = note.signed(secrets, BUSINESS, size=7, root=root)
    origin, size, said, empty, line, end = text.split("\n")
    dash, name, sealed = line.split(" ")
    assert (size, base64.b64decode(said), empty, dash, name, end) == ("7", root, "", "\u2014", origin, "")
    public = note.public_key(secrets)
    assert base64.b64decode(sealed)[:4] == hashlib.sha256(f"{name}\n".encode() + b"\x01" + public).digest()[:4]
    assert origin.endswith(f"/{BUSINESS}")
    assert note.signed(secrets, BUSINESS, size=7, root=root) == text


def test_a_note_is_found_in_a_mail_that_was_answered() -> None:
    secrets, root = key.in_memory(), os.urandom(32)
    quoted = "\r\n".join(f"> {line}  " for line in note.signed(secrets, BUSINESS, size=7, root=root).split("\n"))
    found = note.ours_in(secrets, f"Keep this.\r\n\r\n{quoted}\r\nRegards")
    assert found == [Checkpoint(note.origin(secrets, BUSINESS), 7, root)]


def test_another_installations_note_is_not_ours() -> None:
    text = note.signed(key.in_memory(), BUSINESS, size=7, root=os.urandom(32))
    assert note.found_in(text)
    assert note.ours_in(key.in_memory(), text) == []


def test_a_note_whose_size_or_root_was_changed_is_not_ours() -> None:
    secrets, root = key.in_memory(), os.urandom(32)
    text = note.signed(secrets, BUSINESS, size=7, root=root)
    other = base64.b64encode(os.urandom(32)).decode()
    for changed in (text.replace("\n7\n", "\n8\n"), text.replace(base64.b64encode(root).decode(), other)):
        assert note.found_in(changed)
        assert note.ours_in(secrets, changed) == []

"""Checks an evidence file without whoever made it:  python verify.py evidence.json [checkpoint.txt ...] [--key BASE64]

Needs Python 3.9 and nothing else. A checkpoint.txt is a mail with a checkpoint, saved; its key stands in it."""

import base64
import hashlib
import json
import re
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
NOTE = re.compile(r"^(\S+)\n([1-9]\d{0,17})\n([\w+/]{43}=)\n\n[\u2014\ufffd]+ (\S+) ([\w+/]{91}=)$", re.A | re.M)
TOLD = ["seq", "kind", "at", "origin", "actor", "words", "wording_version", "message", "submission", "previous_hash"]
GOOD = """All {0} entries are as they were signed with the key {1}. Compare it with a mailed one.
Not proven: that none is left out; what is withheld or erased ({2}); what stands beside "entries", as "messages" do."""


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def point(raw: bytes) -> tuple[int, int]:
    sign, y = divmod(int.from_bytes(raw, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if len(raw) != 32 or y >= P or (x * x - square) % P or (not x and sign):
        raise ValueError("no point of the curve")
    return (x if x % 2 == sign else P - x), y


def add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    cross = D * one[0] * two[0] * one[1] * two[1]
    x, y = one[0] * two[1] + two[0] * one[1], one[1] * two[1] + one[0] * two[0]
    return x * pow(1 + cross, -1, P) % P, y * pow(1 - cross, -1, P) % P


def times(count: int, base: tuple[int, int]) -> tuple[int, int]:
    return add(times(count >> 1, add(base, base)), base if count & 1 else (0, 1)) if count else (0, 1)


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Ed25519 (RFC 8032, 5.1.7). A key of small order, under which anybody can sign, is refused."""
    (x, y), scalar = point(key), int.from_bytes(signature[32:], "little")
    is_sound = len(signature) == 64 and scalar < ORDER and times(8, (x, y)) != (0, 1)
    digest = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    x, y = add(times(scalar, point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))), times(digest, (P - x, y)))
    return is_sound and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def climb(was: bytes, now: bytes, first: int, size: int, path: list[bytes], is_leaf: bool) -> tuple[bytes, bytes]:
    """The roots at `first` and `size` leaves, from the largest node they share up (RFC 6962, 2.1.2), or from a leaf."""
    if any(len(each) != 32 for each in (was, *path)):
        raise ValueError("what is no hash could pass for two")
    if size == 1 or (first == size and not is_leaf):
        return (was, now) if not path else (b"", b"")
    half = 1 << (size - 1).bit_length() - 1
    on, left, right = ((first, half), b"", path[-1]) if first <= half else ((first - half, size - half), path[-1], b"")
    was, now = climb(was, now, *on, path[:-1], is_leaf)
    return (was if right else sha(b"\1", left, was)), sha(b"\1", left, now, right)


def notes_in(text: str) -> list[Any]:
    """(origin, size, root, signer, key id and signature) of every c2sp.org/tlog-checkpoint in a text."""
    found = NOTE.findall(re.sub(r"(?m)^[> \t]+|[ \t\r]+$", "", text))
    return [(a, int(b), base64.b64decode(c), d, base64.b64decode(e)) for a, b, c, d, e in found]


def is_vouched(note: Any, key: bytes) -> bool:
    text, key_id = f"{note[0]}\n{note[1]}\n{base64.b64encode(note[2]).decode()}\n", f"{note[3]}\n\1".encode() + key
    return note[3] == note[0] and note[4][:4] == sha(key_id)[:4] and is_signed(key, text.encode(), note[4][4:])


def of_entries(found: Any) -> Any:
    """(is it so, what is wrong otherwise) for everything that has to be so of the entries."""
    last, previous = 0, "0" * 64
    whose = [found["business"]["id"], *(found["subscription"][name] for name in ("id", "channel", "number"))]
    for entry in found["entries"]:
        sealed, values, salts, seq = entry["sealed"], entry["values"], entry["salts"], entry["sealed"]["seq"]
        told = {**values, **sealed, "at": sealed["occurred_at"], "submission": sealed["submission_id"]}
        told.update(message=sealed["message_id"], hash=entry["hash"], sealed=sealed, values=values, salts=salts)
        given = [sealed["business_id"], sealed["subscription_id"], sealed["channel"], values.get("number", whose[3])]
        yield seq > last, f"Entry {seq} is out of order."
        yield sha(b"\0", canonical(sealed)).hex() == entry["hash"], f"Entry {seq} was changed after it was written."
        yield seq > last + 1 or sealed["previous_hash"] == previous, f"Entry {seq} does not follow entry {last}."
        is_told = all(canonical(entry[name]) == canonical(told.get(name)) for name in {*entry, *TOLD})
        yield is_told, f"Entry {seq} tells something else than what was sealed."
        yield set(sealed["commitments"]) >= set(values) == set(salts), f"Entry {seq} has a value that was never sealed."
        for name in values:
            bound = sha(bytes.fromhex(salts[name]), canonical(values[name])).hex()
            yield bound == sealed["commitments"][name], f"Entry {seq}: its evidence {name} was changed afterwards."
        yield given == whose, f"Entry {seq} is about somebody else."
        last, previous = seq, entry["hash"]
    yield any("number" in each["values"] for each in found["entries"]), "No entry shows the number that it is about."


def of_seal(found: Any, mailed: list[Any], key: str) -> Any:
    if not found.get("checkpoint"):
        return (yield False, "Nothing in this file is signed: it has no checkpoint.")
    seal, public, known = found["checkpoint"], base64.b64decode(found["checkpoint"]["key"], validate=True), {}
    ((origin, size, root, *_),) = notes_in(seal["note"])
    yield key in ("", seal["key"]), "The file was signed with another key than the one that you gave."
    yield (size, root) == (seal["size"], base64.b64decode(seal["root"])), "The checkpoint is not what the file says."
    yield origin.endswith("/" + found["business"]["id"]), "The checkpoint is of another business."
    for entry in found["entries"]:
        seq, leaf = entry["sealed"]["seq"], bytes.fromhex(entry["hash"])
        path = [bytes.fromhex(each) for each in found["inclusion"][str(seq)]]
        is_in = 0 < seq <= size and climb(leaf, leaf, seq, size, path, True)[1] == root
        yield is_in, f"Entry {seq} is not in the ledger that was signed."
    for each in [{"note": seal["note"], "proof": []}, *found["earlier"][:100]]:
        (old,) = notes_in(each["note"])
        known[old[1]], path = old[2], [bytes.fromhex(step) for step in each["proof"]]
        start, *path = path if old[1] != size and old[1] & old[1] - 1 else [old[2], *path]
        goes_on = old[1] <= size and climb(start, start, old[1], size, path, False) == (old[2], root)
        yield goes_on, f"The ledger does not go on from what was signed at {old[1]} entries."
        yield old[0] == origin and is_vouched(old, public), f"The signature at {old[1]} entries is not right."
    for old in mailed:
        what = f"The checkpoint of {old[1]} entries that you gave"
        yield old[0] == origin and is_vouched(old, public), f"{what} is of another ledger or key."
        yield old[1] in known, f"{what} cannot be compared; those of {sorted(known)} entries can."
        yield known.get(old[1], old[2]) == old[2], f"{what} shows that the ledger was rewritten."


def main(arguments: list[str]) -> int:
    try:
        key = (arguments.pop(arguments.index("--key") + 1) or "none") if "--key" in arguments else ""
        file, *papers = (Path(each).read_bytes() for each in arguments if each != "--key")
        bodies: list[Any] = [message_from_bytes(each, policy=policy.default).get_body(("plain",)) for each in papers]
        mailed = [note for each in bodies for note in notes_in(each.get_content()) or [()]]
        found = json.loads(file, object_pairs_hook=lambda each: dict(each) if len(dict(each)) == len(each) else None)
        wrong = [what for is_so, what in (*of_entries(found), *of_seal(found, mailed, key)) if not is_so]
        gone = {name for each in found["entries"] for name in each["sealed"]["commitments"].keys() - each["values"]}
        told = len(found["entries"]), (found["checkpoint"] or {}).get("key"), ", ".join(sorted(gone)) or "nothing"
    except Exception as error:
        wrong = [f"This cannot be read as evidence: {error!r}"]
    sys.stdout.write("".join(f"{ascii(each)[1:-1]}\n" for each in wrong or [x.format(*told) for x in GOOD.split("\n")]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

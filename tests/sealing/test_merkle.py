"""The tree is that of RFC 6962: every proof it gives is good, and no other."""

import hashlib
import os
from collections.abc import Sequence

import pytest

from portal.evidence import merkle, verifier
from portal.evidence.merkle import Growing, Tree

pytestmark = [pytest.mark.at_the_door, pytest.mark.covers("P11", "promises F")]
# the tree of RFC 6962, 2.1.3, in the well-known inputs of other implementations: its leaves and the roots of 1 to 8
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(count)]


def by_the_book(found: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word by word."""
    if not found:
        return hashlib.sha256(b"").digest()
    if len(found) == 1:
        return found[0]
    half = merkle.split(len(found))
    return hashlib.sha256(b"\x01" + by_the_book(found[:half]) + by_the_book(found[half:])).digest()


@pytest.fixture(params=[1, 4, 1024])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Pages of that many leaves, so that little trees have many."""
    monkeypatch.setattr(merkle, "PAGE", request.param)
    return int(request.param)


def tree(found: Sequence[bytes], page: int, kept: int = 99) -> Tree:
    whole = [by_the_book(found[i : i + page]) for i in range(0, len(found) - page + 1, page)]
    return Tree(len(found), whole[:kept], lambda number: found[number * page : (number + 1) * page])


def is_in(root: bytes, size: int, index: int, leaf: bytes, path: list[bytes]) -> bool:
    return verifier.climb(leaf, leaf, index + 1, size, path, True)[1] == root


def goes_on(old: bytes, first: int, new: bytes, size: int, proof: list[bytes]) -> bool:
    start, *path = proof if first != size and first & first - 1 else [old, *proof]
    return verifier.climb(start, start, first, size, path, False) == (old, new)


def test_roots_are_those_of_the_book(small: int) -> None:
    for count in range(40):
        found, growing = leaves(count), Growing()
        for leaf in found:
            growing.add(leaf)
        expected = by_the_book(found)
        assert merkle.root_of(found) == tree(found, small).root() == growing.root() == expected


def test_the_root_of_a_well_known_tree() -> None:
    hashed = [hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest() for text in INPUTS]
    assert merkle.root_of(hashed).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_every_leaf_is_proven_to_be_in_every_tree(small: int) -> None:
    for count in range(1, 24):
        found = leaves(count)
        made = tree(found, small, kept=2)
        for index, leaf in enumerate(found):
            path = made.inclusion(index)
            assert is_in(made.root(), count, index, leaf, path)
            assert not is_in(made.root(), count, index, os.urandom(32), path)
            assert not is_in(made.root(), count, index, leaf, [*path, os.urandom(32)])


def test_a_path_proves_no_other_place(small: int) -> None:
    made = tree(leaves(21), small)
    for index, leaf in enumerate(leaves(21)):
        for other in set(range(21)) - {index}:
            try:
                assert not is_in(made.root(), 21, other, leaf, made.inclusion(index))
            except IndexError:
                continue  # a path too short for that place


def test_every_tree_is_proven_to_go_on_from_every_smaller_one(small: int) -> None:
    for count in range(1, 24):
        made = tree(leaves(count), small, kept=3)
        for first in range(1, count + 1):
            proof = made.consistency(first)
            assert goes_on(made.root(first), first, made.root(), count, proof)
            for spoiled in range(len(proof)):
                wrong = [*proof[:spoiled], os.urandom(32), *proof[spoiled + 1 :]]
                assert not goes_on(made.root(first), first, made.root(), count, wrong)


def test_a_tree_with_another_past_is_not_proven_to_go_on(small: int) -> None:
    found = leaves(20)
    other = [os.urandom(32), *found[1:]]
    for first in range(1, 20):
        proof = tree(other, small).consistency(first)
        assert not goes_on(tree(found, small).root(first), first, tree(other, small).root(), 20, proof)


def test_a_proof_of_one_entry_among_a_million_reads_one_page() -> None:
    read: list[int] = []
    nodes = [os.urandom(32) for _ in range(976)]
    found = leaves(merkle.PAGE)

    def page(number: int) -> list[bytes]:
        read.append(number)
        return found if number < 976 else found[:576]

    made = Tree(1_000_000, nodes, page)
    path = made.inclusion(123_456)
    assert (len(path), read) == (20, [976, 120])

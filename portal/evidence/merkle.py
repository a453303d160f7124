"""The Merkle tree of RFC 6962 over the hashes of ledger entries: its root, audit paths and consistency proofs.

Pure. What checks them is in verifier.py, which ships with every packet: there is one implementation of that. A whole
page of 1,024 leaves is one node of the tree, so that nobody reads a million leaves to prove one.
"""

import hashlib
from collections.abc import Callable, Sequence

PAGE = 1024  # leaves; a power of two, so that a page is one node of every larger tree
EMPTY = hashlib.sha256().digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Level by level; the odd one out waits for the next level, which is the split of RFC 6962 from below."""
    level = list(leaves)
    if not level:
        return EMPTY
    sha256 = hashlib.sha256
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


class Growing:
    """A tree that only grows, in the memory of one path: for whoever walks a whole ledger once."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Each bit that the size carries over joins two peaks."""
        size = self.size
        while size & 1:
            leaf = node(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            found = node(peak, found)
        return found


class Tree:
    """Of `size` leaves. `pages` are the nodes of the first whole pages, as many as are known; `leaves(i)` gives those
    of page i, of which the last may be short. Recursion goes as deep as the tree is high: 20 for a million."""

    def __init__(self, size: int, pages: Sequence[bytes], leaves: Callable[[int], Sequence[bytes]]) -> None:
        self.size, self._pages, self._leaves = size, pages, leaves
        self._known: dict[tuple[int, int], bytes] = {}
        self._read: dict[int, Sequence[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """Of the first `size` leaves; without it, of all."""
        return self._node(0, self.size if size is None else size)

    def page(self, number: int) -> bytes:
        """The node of a whole page."""
        return self._node(number * PAGE, (number + 1) * PAGE)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of leaf `index`, counted from 0, in the tree of the first `size` leaves (RFC 6962, 2.1.1)."""
        start, end = 0, self.size if size is None else size
        path = []
        while end - start > 1:
            middle = start + split(end - start)
            if index < middle:
                path.append(self._node(middle, end))
                end = middle
            else:
                path.append(self._node(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """Proves that the tree of `first` leaves is the beginning of that of `second` (RFC 6962, 2.1.2)."""
        start, end = 0, self.size if second is None else second
        if first in (0, end):
            return []
        proof, is_whole = [], True
        while first != end:
            middle = start + split(end - start)
            if first <= middle:
                proof.append(self._node(middle, end))
                end = middle
            else:
                proof.append(self._node(start, middle))
                start, is_whole = middle, False
        return [*([] if is_whole else [self._node(start, end)]), *proof[::-1]]

    def _node(self, start: int, end: int) -> bytes:
        found = self._known.get((start, end))
        if found is None:
            found = self._known[start, end] = self._made(start, end)
        return found

    def _made(self, start: int, end: int) -> bytes:
        page, last = start // PAGE, (end - 1) // PAGE
        if start == end or page != last:
            middle = start + split(end - start) if end > start else 0
            return node(self._node(start, middle), self._node(middle, end)) if middle else EMPTY
        if end - start == PAGE and page < len(self._pages):
            return self._pages[page]
        if page not in self._read:
            self._read[page] = self._leaves(page)
        return root_of(self._read[page][start - page * PAGE : end - page * PAGE])


def split(count: int) -> int:
    """The largest power of two below `count`, where RFC 6962 parts a tree."""
    return 1 << (count - 1).bit_length() - 1

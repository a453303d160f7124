"""How large the proofs are."""

import os


def size(name: str, default: int) -> int:
    """PORTAL_PROOF_… makes a proof larger; what CI runs is the default."""
    return int(os.environ.get(name, default))

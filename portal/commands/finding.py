"""What the doctor finds, one line for each thing it looks at."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True)
class Finding:
    """`FAIL` breaks a promise, `warn` is worth knowing; `what` it is about, and one `sentence`."""

    verdict: Verdict
    what: str
    sentence: str

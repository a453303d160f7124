"""Answers of a provider's API: any at all, and those after which nobody can say whether the text was sent."""

import json
from typing import Any

from tests.pretend_twilio.http import Reply

DOUBTS = [
    Reply(500), Reply(502), Reply(504), Reply(302), Reply(408), Reply(200, b"no json"), Reply(200, b"[]"),
    Reply(200, b"{}"), Reply(201, b"null"), Reply(202, b"{}"), Reply(act="cut", body=b"x" * 50), Reply(act="drop"),
    Reply(act="reset"), Reply(act="hang"),
]  # fmt: skip


def said(status: int, told: Any, **headers: str) -> Reply:
    """Underscores in the names of headers become hyphens."""
    return Reply(status, json.dumps(told).encode(), {name.replace("_", "-"): value for name, value in headers.items()})

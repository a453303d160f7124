"""Nothing that is logged while the tests run names a client or gives a secret away (promises.md G).

A pytest plugin: every line that any logger writes in this process, in either of the two shapes, is looked through
before the test ends; a hit is that test's failure.
"""

import logging
import re
from collections.abc import Iterator

import pytest

from portal import logs

NUMBER = re.compile(r"\+\d[\d ().-]{8,}\d|(?<![0-9a-f.:-])\d{10,15}(?![0-9a-f])")
SINGS = (
    "correct horse battery",  # the password of the tests' people
    "0123456789abcdef0123456789abcdef",  # their auth token
    "demo demo demo",
    "Rosa Delgado",  # whom most tests are about
    "X-Twilio-Signature",
    "__Host-id=",
)


class Canary(logging.Handler):
    """Keeps the lines in which something sang."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.hits: list[str] = []
        self.lines = 0
        self._shapes = (logs.TextLine(), logs.JsonLine())

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in ("hypothesis", "asyncio", "schemathesis", "faker", "urllib3", "werkzeug"):
            return  # the tests' own tools, which no installation has
        for shape in self._shapes:
            line = shape.format(record)
            self.lines += 1
            if NUMBER.search(line) or any(each in line for each in SINGS):
                self.hits.append(line)


canary = Canary()


@pytest.fixture(autouse=True)
def quiet_canary(request: pytest.FixtureRequest) -> Iterator[None]:
    root = logging.getLogger()
    root.addHandler(canary)
    before = len(canary.hits)
    try:
        yield
    finally:
        root.removeHandler(canary)
    sung = canary.hits[before:]
    if sung and request.node.get_closest_marker("logs_freely") is None:
        pytest.fail("The log says what it must not say:\n" + "\n".join(sung[:5]))

"""One sender under measure, a process of its own: the product's dispatcher, or a bare HTTP client with as many threads.

`python -m tests.bench.sender portal | bare URL`; each order starts it, the next one stops it and says how many it sent.
"""

import http.client
import json
import os
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from portal.app import real_providers
from portal.messaging.dispatch import Dispatcher
from portal.messaging.spending import Limits
from portal.opening import open_database
from portal.providers.provider import Providers
from tests.bench.scene import ACCOUNT, OUR_NUMBER, PUBLIC_URL, SLOTS, TOKEN, settings_from

NO_LIMITS = Limits(0, 0)
_FORM = {"To": "+14155550132", "From": OUR_NUMBER, "Body": "See you on Friday at ten.", "StatusCallback": PUBLIC_URL}
_HEADERS = {
    "Authorization": "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode(),
    "Content-Type": "application/x-www-form-urlencoded",
}


class Bare:
    """The floor: every thread posts the same text over its own kept-alive connection."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._is_over = False
        self._threads = [threading.Thread(target=self._post) for _ in range(SLOTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over = True
        for thread in self._threads:
            thread.join()

    def _post(self) -> None:
        connection = http.client.HTTPConnection(self._address)
        body = urlencode(_FORM).encode()
        while not self._is_over:
            connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", body, _HEADERS)
            connection.getresponse().read()
        connection.close()


def main(kind: str, *where: str) -> None:
    make: Callable[[], Any]
    if kind == "bare":
        make = lambda: Bare(*where)  # noqa: E731 (one of two)
    else:
        settings = settings_from(os.environ["PORTAL_BENCH_SETTINGS"])
        database = open_database(settings)
        providers = Providers(real_providers(settings), settings.public_url)
        make = lambda: Dispatcher(database, providers, NO_LIMITS, slots=SLOTS)  # noqa: E731 (the other)
    print("ready", flush=True)
    while sys.stdin.readline():
        sender = make()
        sender.start()
        print(json.dumps({}), flush=True)
        sys.stdin.readline()
        sender.stop()
        print(json.dumps({}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

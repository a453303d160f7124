"""What a first visit to each main page weighs, with everything it loads, so that growth is noticed.

Bytes as they are, and as a proxy that compresses sends them (gzip). Pages are full ones: fifty numbers, a day's texts.
"""

import gzip
import re
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from tests.web.door import made
from tests.web.scene import Scene

LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon|preload)"[^>]*href|script[^>]* src|use href)="(/static/[^"#]+)')
NUMBERS, TEXTS = 50, 40
KILO = 1000


@dataclass(frozen=True)
class Weight:
    """In bytes, the page and what it loads together; `gzipped` is each of them compressed by itself."""

    page: int
    files: int
    gzipped: int

    def __str__(self) -> str:
        plain = f"{self.page / KILO:6.1f} kB page + {self.files / KILO:6.1f} kB files"
        return f"{plain} = {(self.page + self.files) / KILO:6.1f} kB, {self.gzipped / KILO:6.1f} kB gzip"


def weighed(client: TestClient, url: str) -> Weight:
    answer = client.get(url)
    assert answer.status_code == 200
    files = [client.get(path) for path in sorted(set(LOADED.findall(answer.text)))]
    assert {each.status_code for each in files} == {200}
    assert any(each.headers["content-type"].startswith("text/css") for each in files), "the stylesheets were not found"
    everything = [answer.content, *(each.content for each in files)]
    return Weight(len(answer.content), sum(len(each.content) for each in files), sum(map(zipped, everything)))


def zipped(body: bytes) -> int:
    return len(gzip.compress(body, 6, mtime=0))


@pytest.fixture
def busy(scene: Scene) -> Scene:
    for n in range(NUMBERS):
        scene.named(f"Client Number {n:02d}", f"+1415555{100 + n:04d}")
        scene.says_yes(f"+1415555{100 + n:04d}")
    for n in range(TEXTS):
        scene.texts_us(f"Text {n}: is the garden still fine for you at half past five?", "+14155550132")
    return scene


CEILINGS = {"today": (160, 50), "status list": (270, 66), "conversation": (300, 70), "questionnaire": (58, 18)}
"""Kilobytes plain and gzipped: a quarter more than when they were first weighed."""


@pytest.mark.parametrize("name", CEILINGS)
def test_a_page_with_all_it_loads_stays_below_its_ceiling(
    busy: Scene, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = busy.write(lambda session: made(session, busy.site.hearth.id).token)
    urls = {
        "today": "/", "status list": "/sms", "conversation": f"/sms/{busy.row().id}", "questionnaire": f"/f/{asked}"
    }  # fmt: skip
    found, (plain, gzipped) = weighed(busy.alice(), urls[name]), CEILINGS[name]
    with capsys.disabled():
        print(f"\n{name:13} {found}", end="")
    assert found.page + found.files <= plain * KILO
    assert found.gzipped <= gzipped * KILO

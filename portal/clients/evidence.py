"""What proves an act on a client's own page: the words that were pressed, the page, and the browser (rules.md 9)."""

import hashlib
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.consent.disclaimer import Shown


@dataclass(frozen=True)
class Browser:
    """Where an act came from. `network` is what rate limits count by."""

    page_url: str
    referrer: str
    ip: str
    network: str
    user_agent: str
    language: str


def of(browser: Browser, words: str, rendered: str, **more: Any) -> dict[str, Any]:
    """`words` are those of the button or of the question, `rendered` the block they stood in."""
    return {
        "words": words, "rendered": rendered, "rendered_sha256": hashlib.sha256(rendered.encode()).hexdigest(),
        "page_url": browser.page_url, "referrer": browser.referrer, "ip": browser.ip,
        "user_agent": browser.user_agent, "language": browser.language, "offset": clock.now().strftime("%z"),
        "personal_link": True, **more,
    }  # fmt: skip


def of_disclaimer(
    browser: Browser, shown: Shown, rendered: str, *, question: str, choice: str, **more: Any
) -> dict[str, Any]:
    """The same for an answer to the opt-in question, with the fixed words beside it (H-8)."""
    return of(
        browser, shown.text, rendered, wording_version=shown.id, privacy_url=shown.privacy_url,
        terms_url=shown.terms_url, question=question, choice=choice, default="none selected", **more,
    )  # fmt: skip

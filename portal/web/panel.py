"""What opens beside a conversation: a panel over the open page, and a page of its own without JavaScript."""

from collections.abc import Mapping
from typing import Any

from portal.web.page import Page
from portal.web.visit import Visit


def page(visit: Visit, body: str, context: Mapping[str, Any], *, title: str, status: int = 200) -> Page:
    """`body` is the template of what stands in it; `row` in `context` is the subscription it belongs to."""
    shell = "panel/_panel.html" if visit.is_partial else "panel/page.html"
    return Page(shell, {**context, "body": body, "title": title}, status)

"""Which form of an answer is wanted: the table of what callers send."""

import pytest

from portal.api.accept import chosen

OFFERED = ("application/json", "application/pdf", "application/zip")


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ("", "json"), ("*/*", "json"), ("application/pdf", "pdf"), ("application/zip", "zip"),
        ("APPLICATION/PDF", "pdf"), ("application/zip;q=0.5, application/pdf", "pdf"),
        ("application/json;q=0.1, application/*;q=0.9", "pdf"), ("text/html, application/pdf;q=0.8, */*;q=0.1", "pdf"),
        ("application/pdf;q=0", "json"), ("application/pdf;q=x", "json"), ("text/html", "json"), (",;,;q=", "json"),
        ("application/pdf," * 500, "json"),
    ],
)  # fmt: skip
def test_the_heaviest_wins_and_the_first_where_nothing_fits(header: str, answer: str) -> None:
    assert chosen(header, OFFERED) == f"application/{answer}"

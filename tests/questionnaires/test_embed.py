"""Which sites may frame a form: the grammar of promises.md C as a table."""

import pytest

from portal.questionnaires import embed
from portal.questionnaires.embed import Allowed, Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://example.com:443", "https://example.com"),
        ("HTTPS://Example.COM", "https://example.com"),
        ("https://*.example.com", "https://*.example.com"),
        ("https://*.shop.example.co.uk", "https://*.shop.example.co.uk"),
        ("https://*.mine.github.io", "https://*.mine.github.io"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_exact_origin_is_kept_in_its_one_spelling(typed: str, kept: str) -> None:
    assert embed.origin(typed) == Allowed(kept)


@pytest.mark.parametrize(
    "typed",
    [
        "*", "https:", "https://", "https://*", "https://*.com", "https://*.co.uk", "https://*.github.io",
        "https://*.myshopify.com", "https://a.*.example.com", "https://*example.com", "http://example.com",
        "example.com", "//example.com", "'self'", "'none'", "data:", "https://example.com/", "https://example.com/page",
        "https://example.com?x", "https://example.com#x", "https://user@example.com", "https://user:pw@example.com",
        "https://127.0.0.1", "https://2130706433", "https://0x7f.1", "https://[::1]", "https://①②⑦.⓪.⓪.①",
        "https://example.com:0", "https://example.com:65536", "https://example.com:x", "https://exa mple.com",
        "https://example.com; script-src *", "https://a.example, https://b.example", "https://a.example https://b.example",
        'https://"example".com', "https://-example.com", "https://example-.com", "https://exam_ple.com",
        "https://localhost", "https://.example.com", "https://example..com", f"https://{'a' * 64}.com",
        f"https://{'a.' * 130}com", "https://example.com\tx", "https://exam\u0000ple.com", "https://example.com\u2028",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(typed: str) -> None:
    found = embed.origin(typed)
    assert isinstance(found, Refused), found
    assert found.sentence.endswith(".")


def test_a_list_is_read_line_by_line_and_keeps_each_once() -> None:
    origins, problems = embed.read("https://a.example\r\n\n  https://b.example \nhttps://A.example\n*\n")
    assert (origins, len(problems)) == (["https://a.example", "https://b.example"], 1)


def test_no_more_than_twenty() -> None:
    origins, problems = embed.read("\n".join(f"https://site{n}.example" for n in range(21)))
    assert (len(origins), problems) == (21, ["At most 20 sites can be listed."])


def test_a_name_in_disguise_is_shown_in_both_spellings() -> None:
    assert (
        Allowed("https://*.xn--bcher-kva.example:8443").shown == "https://*.xn--bcher-kva.example:8443 (bücher.example)"
    )
    assert Allowed("https://example.com").shown == "https://example.com"

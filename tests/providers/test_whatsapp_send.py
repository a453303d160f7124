"""Every way a WhatsApp message can end, against a real server: accepted, certainly not sent, or unknown."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from portal import clock
from portal.providers.provider import Accepted, Outbound, Rejected, Result, Trouble, Unknown
from portal.providers.whatsapp import VERSION, WhatsApp
from tests.pretend_whatsapp import ACCOUNT, NUMBER, TOKEN, PretendWhatsApp, Rule

CLIENT = "+14155550132"
CREDENTIALS = {"phone_number_id": ACCOUNT, "access_token": TOKEN}
USER = "US.13491208655302741918"


def outbound(
    to: str = CLIENT, *, template: Mapping[str, Any] | None = None, user_id: str | None = None, **other: str
) -> Outbound:
    known = CREDENTIALS | other
    return Outbound("m1", to, NUMBER, "Hello", known, "", "whatsapp", template, user_id)


def send(url: str, text: Outbound | None = None, *, within: float = 5.0) -> Result:
    return WhatsApp(url, timeout=1.0).send(text or outbound(), deadline=clock.monotonic() + within)


@pytest.fixture
def meta() -> Iterator[PretendWhatsApp]:
    with PretendWhatsApp() as server:
        yield server


def test_free_words_go_to_the_number_with_our_own_id_beside_them(meta: PretendWhatsApp) -> None:
    result = send(meta.url)
    (asked,) = meta.requests
    assert result == Accepted(asked.pop("id"))
    assert asked == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": "m1",
        "to": "14155550132", "type": "text", "text": {"preview_url": False, "body": "Hello"},
    }  # fmt: skip
    assert VERSION.startswith("v")


@pytest.mark.covers("X-30", "rules 26")
@pytest.mark.parametrize("values", [[], ["Ana", "Tuesday"]])
def test_a_template_goes_by_name_with_its_values_in_order(meta: PretendWhatsApp, values: list[str]) -> None:
    send(meta.url, outbound(template={"name": "ask_first", "language": "en_US", "parameters": values}))
    (asked,) = meta.requests
    wanted: dict[str, object] = {"name": "ask_first", "language": {"code": "en_US"}}
    if values:
        wanted["components"] = [
            {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]},
        ]
    assert (asked["type"], asked["template"], "text" in asked) == ("template", wanted, False)


@pytest.mark.covers("rules 26")
def test_a_client_whose_number_nobody_knows_is_reached_by_user_id(meta: PretendWhatsApp) -> None:
    """rules.md fact 8: the id stands in the number's place, and no number is made of it."""
    send(meta.url, outbound(USER, user_id=USER))
    (asked,) = meta.requests
    assert (asked["recipient"], "to" in asked) == (USER, False)


@pytest.mark.covers("W-9", "rules 26")
@pytest.mark.parametrize(
    ("rule", "trouble", "code"),
    [
        (Rule("refuse", code=131026), Trouble.UNDELIVERABLE, "131026"),
        (Rule("refuse", code=131047), Trouble.CONTENT, "131047"),
        (Rule("refuse", code=131050), Trouble.PREFERENCE, "131050"),
        (Rule("refuse", code=368, status=403), Trouble.SENDER, "368"),
        (Rule("refuse", code=131056), Trouble.TEMPORARY, "131056"),
        (Rule("refuse", code=None, status=404), Trouble.SENDER, "404"),
        (Rule("refuse", code=999999), Trouble.SENDER, "999999"),
        (Rule("refuse", code=130429, status=429, retry_after="7"), Trouble.TEMPORARY, "130429"),
    ],
)
def test_a_refusal_says_what_it_means(rule: Rule, trouble: Trouble, code: str) -> None:
    with PretendWhatsApp(rules=[rule]) as meta:
        result = send(meta.url)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (trouble, code)
    assert result.sentence
    assert result.retry_after == (7.0 if rule.retry_after else None)


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    "rule",
    [
        Rule("drop"), Rule("reset"), Rule("cut"), Rule("garble"), Rule("hang"),
        Rule("refuse", status=500, code=131000), Rule("refuse", status=503, code=None), Rule("refuse", status=302),
    ],
    ids=lambda rule: f"{rule.act} {rule.status}",
)  # fmt: skip
def test_whatever_leaves_it_open_is_unknown_and_never_sent_again(rule: Rule) -> None:
    with PretendWhatsApp(rules=[rule]) as meta:
        assert isinstance(send(meta.url), Unknown)
        assert len(meta.requests) == 1


@pytest.mark.covers("P1")
def test_past_its_deadline_no_byte_leaves(meta: PretendWhatsApp) -> None:
    result = send(meta.url, within=-1.0)
    assert isinstance(result, Rejected)
    assert (result.code, meta.requests) == ("deadline", [])


def test_where_nobody_listens_it_was_certainly_not_sent() -> None:
    result = send("http://127.0.0.1:9")
    assert isinstance(result, Rejected)
    assert result.trouble is Trouble.TEMPORARY


@pytest.mark.parametrize("token", ["", "two\nlines", "\u00fc"])
def test_a_token_that_no_header_can_carry_is_the_sender_s_trouble(meta: PretendWhatsApp, token: str) -> None:
    result = send(meta.url, outbound(access_token=token))
    assert isinstance(result, Rejected)
    assert (result.trouble, meta.requests) == (Trouble.SENDER, [])


@pytest.mark.covers("X-24")
def test_it_answers_no_keyword_and_blocks_nobody() -> None:
    provider = WhatsApp()
    assert not any(provider.answers(word, NUMBER) for word in ("stop", "start", "help"))
    assert not provider.blocks(NUMBER)
    assert provider.reply() == ("text/plain", b"")

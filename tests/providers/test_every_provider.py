"""The same questions to every real provider: who vouches for a webhook, what a send may end in, who answers STOP.

A new provider needs a row in `cases.py`; what is peculiar to one is asked in a file of its own.
"""

import dataclasses
from collections.abc import Iterator

import pytest

from portal import app, clock
from portal.accounts import sender
from portal.providers.listing import Lister
from portal.providers.provider import (
    Accepted,
    InboundText,
    Malformed,
    Outbound,
    Provider,
    Rejected,
    Request,
    Result,
    StatusUpdate,
    Trouble,
    Unknown,
)
from portal.settings import Settings
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, SITE, Case
from tests.providers.cases import CASES
from tests.providers.pretend_api import PretendApi

PROVIDERS = app.real_providers(Settings(database_url="sqlite://", secret_key="t" * 40))
each = pytest.mark.parametrize("name", CASES)
CALLBACK = f"{SITE}/webhooks/x/b1/status?message=" + "a" * 32


def url(name: str, kind: str = "messages") -> str:
    return f"{SITE}/webhooks/{name}/b1/{kind}"


def stop(name: str, n: int = 1) -> Request:
    return CASES[name].inbound(url(name), "STOP", n)


def outbound(case: Case, text: str = "Hello 🎈 & +", **credentials: str) -> Outbound:
    known = {**case.credentials, **credentials}
    return Outbound("a" * 32, CLIENT, SENDER, text, known, CALLBACK, channel=case.channel)


@pytest.fixture(scope="module")
def api() -> Iterator[PretendApi]:
    with PretendApi() as found:
        yield found


def sent(api: PretendApi, name: str, reply: Reply, *, timeout: float = 5.0) -> Result:
    """What becomes of one text when the API answers so; it may be asked for once."""
    api.reply = reply
    api.calls.clear()
    provider = app.REAL[name][0](api.url)
    if timeout < 5.0:
        provider = type(provider)(api.url, timeout=timeout)  # type: ignore[call-arg]
    result = provider.send(outbound(CASES[name]), deadline=clock.monotonic() + 4)
    assert len(api.calls) <= 1
    return result


def test_every_real_provider_has_its_row_its_credentials_and_its_own_name() -> None:
    assert set(CASES) == set(app.REAL) == set(PROVIDERS) - {sender.REHEARSAL}
    assert {name: provider.name for name, provider in PROVIDERS.items()} == {name: name for name in PROVIDERS}
    for name, case in CASES.items():
        required, optional = sender.CREDENTIALS[name]
        assert set(required) <= set(case.credentials) <= {*required, *optional}
        assert case.secret in case.credentials


@each
def test_its_answer_asks_the_provider_to_do_nothing(name: str) -> None:
    kind, body = PROVIDERS[name].reply()
    assert "/" in kind
    assert b"Message" not in body


@pytest.mark.covers("P5", "rules 21")
@each
def test_what_its_provider_signed_is_authentic(name: str) -> None:
    provider, case = PROVIDERS[name], CASES[name]
    assert provider.is_authentic(stop(name), case.secrets)
    assert provider.is_authentic(case.status(url(name, "status"), "delivered", 1, ""), case.secrets)
    assert provider.is_authentic(stop(name), [*case.with_secret(case.other_secret), *case.secrets])


def forgeries(name: str) -> Iterator[tuple[str, Request, list[dict[str, str]]]]:
    case, true = CASES[name], stop(name)
    for header in case.proofs:
        rest = {key: value for key, value in true.headers.items() if key != header}
        yield f"no {header}", dataclasses.replace(true, headers=rest), case.secrets
        for value in ("", " ", "ü", "AAAA", true.headers[header][:-8] + "AAAAAAA="):
            yield (
                f"{header} {value!r}",
                dataclasses.replace(true, headers={**true.headers, header: value}),
                case.secrets,
            )
    if case.signs_body:
        for body in (
            b"",
            true.body + b"&a=b",
            true.body[: len(true.body) // 2],
            true.body.replace(b"STOP", b"GO"),
            b"\xff\x00{",
        ):
            yield f"the body {body[:20]!r}", dataclasses.replace(true, body=body), case.secrets
    yield "another account's secret", true, case.with_secret(case.other_secret)
    for empty in ("", " "):
        yield f"the secret {empty!r}", true, case.with_secret(empty)
    yield "no secret", true, [{key: value for key, value in case.secrets[0].items() if key != case.secret}]
    yield "nobody's secrets", true, []


@pytest.mark.covers("P5", "rules 21")
@each
def test_what_is_forged_altered_or_unsigned_is_not_authentic_and_nothing_is_raised(name: str) -> None:
    taken = [what for what, request, secrets in forgeries(name) if PROVIDERS[name].is_authentic(request, secrets)]
    assert taken == []


@pytest.mark.covers("P5")
@each
def test_a_body_signed_by_an_empty_secret_is_not_authentic(name: str) -> None:
    """Whoever knows the scheme could sign with nothing (promises.md B.4.1)."""
    assert not PROVIDERS[name].is_authentic(stop(name), [{}, {"number": SENDER}])


@each
def test_an_inbound_text_is_read_as_one_text_to_our_number(name: str) -> None:
    case = CASES[name]
    found = PROVIDERS[name].read(stop(name, 7), case.secrets)
    assert not isinstance(found, Malformed)
    (event,) = found
    assert isinstance(event, InboundText)
    assert (event.event_id, event.sender, event.recipient) == (f"in:{case.id_of(7)}", CLIENT, SENDER)
    assert (event.text, event.channel, event.segments, event.media) == ("STOP", case.channel, 1, 0)


@pytest.mark.covers("P5", "P10")
@each
def test_a_request_speaks_for_nobody_whose_account_it_does_not_name(name: str) -> None:
    """Another tenant of the same company, even where a secret is shared."""
    case = CASES[name]
    theirs = {key: f"{value}9" if key != case.secret else value for key, value in case.credentials.items()}
    found = PROVIDERS[name].read(stop(name), [{**theirs, "number": "+12025550188"}])
    texts = [] if isinstance(found, Malformed) else [event for event in found if isinstance(event, InboundText)]
    assert [event for event in texts if event.recipient == "+12025550188"] == []


@pytest.mark.covers("rules 22")
@each
def test_reports_rank_upwards_and_a_failure_says_so(name: str) -> None:
    def read(fate: str, code: str = "") -> StatusUpdate:
        found = PROVIDERS[name].read(case.status(url(name, "status"), fate, 3, code), case.secrets)  # type: ignore[arg-type]
        assert not isinstance(found, Malformed)
        (event,) = found
        assert isinstance(event, StatusUpdate)
        return event

    case = CASES[name]
    fates = [read("sent"), read("delivered"), read("failed", case.block_code or "131026")]
    assert [event.status for event in fates] == ["sent", "delivered", "failed"]
    assert fates[0].rank < fates[1].rank == fates[2].rank
    assert {event.provider_id for event in fates} == {case.id_of(3)}
    assert len({event.event_id for event in fates}) == 3
    assert fates[2].trouble is (Trouble.BLOCKED if case.block_code else Trouble.UNDELIVERABLE)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.channel == "sms"])
def test_our_own_id_comes_back_where_the_callback_named_it(name: str) -> None:
    """WhatsApp gives it back inside the report: test_whatsapp_read.py."""
    case, ours = CASES[name], "a" * 32
    found = PROVIDERS[name].read(case.status(f"{url(name, 'status')}?message={ours}", "sent", 1, ""), case.secrets)
    assert not isinstance(found, Malformed)
    assert isinstance(found[0], StatusUpdate)
    assert found[0].message_id == ours


@pytest.mark.covers("rules 4")
@each
def test_it_says_which_bare_words_it_answers_itself(name: str) -> None:
    provider, case = PROVIDERS[name], CASES[name]
    assert [word for word in case.answered if not provider.answers(word, SENDER)] == []
    assert [word for word in case.not_answered if provider.answers(word, SENDER)] == []
    assert provider.blocks(SENDER) is bool(case.answered)
    assert not provider.answers("stop", "12345")


@each
def test_a_text_that_is_taken_is_accepted_under_its_id_and_asked_for_once(api: PretendApi, name: str) -> None:
    case = CASES[name]
    assert sent(api, name, case.accepted(5)) == Accepted(case.id_of(5))
    (call,) = api.calls
    assert call.method == "POST"
    assert "authorization" in call.headers
    assert CLIENT.removeprefix("+").encode() in call.body


@pytest.mark.covers("P6")
@each
@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b'{"error": {"code": 1}}'), Reply(502), Reply(504, b"busy"), Reply(302, b"", {"Location": "/"}),
        Reply(408, b""), Reply(200, b"<html>"), Reply(200, b"{}"), Reply(202, b"[]"), Reply(200, b"[" * 3000),
        Reply(act="drop"), Reply(act="reset"), Reply(200, b'{"a": 1}', act="cut"),
    ],
    ids=lambda reply: f"{reply.status}-{reply.act}-{len(reply.body)}",
)  # fmt: skip
def test_doubt_is_unknown_and_the_text_is_posted_once_only(api: PretendApi, name: str, reply: Reply) -> None:
    result = sent(api, name, reply)
    assert isinstance(result, Unknown)
    assert result.sentence
    assert len(api.calls) == 1


@pytest.mark.covers("P6")
@each
def test_an_api_that_never_answers_leaves_the_outcome_unknown(api: PretendApi, name: str) -> None:
    assert isinstance(sent(api, name, Reply(act="hang"), timeout=0.2), Unknown)
    assert len(api.calls) == 1


@pytest.mark.covers("P7")
@each
def test_too_many_requests_is_temporary_and_says_when(api: PretendApi, name: str) -> None:
    result = sent(api, name, Reply(429, b"{}", {"Retry-After": "7"}))
    assert isinstance(result, Rejected)
    assert (result.trouble, result.retry_after) == (Trouble.TEMPORARY, 7.0)


@each
@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_account_that_is_not_let_in_is_the_senders_trouble(api: PretendApi, name: str, status: int) -> None:
    result = sent(api, name, Reply(status, b"no"))
    assert isinstance(result, Rejected)
    assert result.trouble is Trouble.SENDER
    assert result.sentence


@pytest.mark.covers("rules 18")
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.blocked is not None])
def test_a_refusal_because_of_a_stop_is_a_block(api: PretendApi, name: str) -> None:
    reply, code = CASES[name].blocked, CASES[name].block_code
    assert reply is not None
    result = sent(api, name, reply)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.BLOCKED, code)


@pytest.mark.covers("P1")
@each
def test_past_its_deadline_no_byte_leaves(api: PretendApi, name: str) -> None:
    api.calls.clear()
    result = app.REAL[name][0](api.url).send(outbound(CASES[name]), deadline=clock.monotonic() - 1)
    assert isinstance(result, Rejected)
    assert (result.code, api.calls) == ("deadline", [])


@each
def test_where_nobody_listens_the_text_was_certainly_not_sent(name: str) -> None:
    result = app.REAL[name][0]("http://127.0.0.1:9").send(outbound(CASES[name]), deadline=clock.monotonic() + 4)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.TEMPORARY, "connection")


@each
def test_without_credentials_nothing_is_sent(api: PretendApi, name: str) -> None:
    api.calls.clear()
    case = CASES[name]
    empty = dataclasses.replace(outbound(case), credentials={})
    result = app.REAL[name][0](api.url).send(empty, deadline=clock.monotonic() + 4)
    assert isinstance(result, Rejected)
    assert (result.trouble, api.calls) == (Trouble.SENDER, [])


@each
def test_a_provider_lists_texts_or_does_not_pretend_to(name: str) -> None:
    provider: Provider = PROVIDERS[name]
    assert isinstance(provider, Lister) is hasattr(provider, "listed")

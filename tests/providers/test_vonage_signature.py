"""Who may speak for Vonage: the published vectors, and everything that is not quite one of them."""

import pytest

from portal.providers import vonage_token
from portal.providers.provider import Request
from portal.providers.vonage import Vonage
from portal.providers.vonage_signature import signature
from tests.providers.vonage_request import (
    FORM,
    JSON,
    KEY,
    SECRET,
    SECRETS,
    URL,
    form,
    got,
    inbound,
    json_post,
    sig,
    signed,
    token,
    with_token,
)

pytestmark = pytest.mark.at_the_door
JWT_SECRET = "qwertyuiopasdfghjklzxcvbnm123456"
JWT = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJPbmxpbmUgSldUIEJ1aWxkZXIiLCJpYXQiOjE2OTc2MzQ2ODAsImV4cCI6MzMyNTQ1"
    "NDA4MjgsImF1ZCI6IiIsInN1YiI6IiJ9.88vJc3I2HhuqEDixHXVhc9R30tA6U_HQHZTC29y6CGM"
)


def is_authentic(request: Request, *, secrets: object = None, **other: str) -> bool:
    known = SECRETS if secrets is None else secrets
    assert isinstance(known, list)
    return Vonage().is_authentic(request, [known[0] | other] if known else [])


@pytest.mark.covers("rules 21")
def test_the_published_vector_holds() -> None:
    pairs = [("param", "value"), ("timestamp", "1234567890")]
    assert signature(pairs, "signature_secret", "md5") == "655a4d0b7f064dff438defc52b012cf5"


@pytest.mark.covers("rules 21")
@pytest.mark.parametrize(("secret", "is_valid"), [(JWT_SECRET, True), ("asdf", False)])
def test_the_published_token_holds_under_its_secret_alone(secret: str, is_valid: bool) -> None:
    assert (vonage_token.claims(JWT, secret) is not None) is is_valid


@pytest.mark.covers("rules 21")
@pytest.mark.parametrize("method", ["md5hash", "md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("make", [form, got, json_post], ids=["form", "get", "json"])
def test_every_method_signs_every_kind_of_request(method: str, make: object) -> None:
    assert callable(make)
    request = make(signed(inbound("Grüße & 🎈=ok"), method=method))
    assert is_authentic(request, signature_method=method)
    assert not is_authentic(request, signature_method="sha1" if method != "sha1" else "md5")


@pytest.mark.parametrize("spelling", ["SHA-256 HMAC", "sha-256", "HMAC_SHA256"])
def test_a_method_may_be_written_as_the_dashboard_does(spelling: str) -> None:
    assert is_authentic(form(signed(inbound())), signature_method=spelling)


TRUE = signed(inbound())
FORGED = {
    "no signature": form(inbound()),
    "an empty signature": form({**inbound(), "sig": ""}),
    "a made-up signature": form({**inbound(), "sig": "0" * 64}),
    "letters no signature has": form({**inbound(), "sig": "ü"}),
    "other words": form({**TRUE, "text": "START"}),
    "another sender": form({**TRUE, "msisdn": "14155550199"}),
    "a field more": form({**TRUE, "concat": "true"}),
    "a field less": form({name: value for name, value in TRUE.items() if name != "nonce"}),
    "a field twice": form([*TRUE.items(), ("text", "STOP")]),
    "two signatures": form([*TRUE.items(), ("sig", TRUE["sig"])]),
    "signed with an empty secret": form(signed(inbound(), "")),
    "signed with another's secret": form(signed(inbound(), "another secret")),
    "a name that hides another": form(signed({"text=STOP&to": "12025550178"})),
    "signed for the query, sent as a body": Request("POST", got(TRUE).url, FORM, b""),
    "a body beside a signed query": Request("POST", got(TRUE).url, FORM, b"text=START"),
    "no JSON": Request("POST", URL, JSON, b"{"),
    "a list": json_post([["text", "STOP"]]),
    "nested": json_post({**TRUE, "text": {"a": "STOP"}}),
    "endless": Request("POST", URL, JSON, b"[" * 20_000),
    "half a character": Request("POST", URL, JSON, b'{"text":"\\ud800","sig":"aa"}'),
    "too many fields": form([*TRUE.items(), *[("x", "")] * 200]),
    "nothing": Request("POST", URL, {}, b""),
}


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("what", FORGED)
def test_what_is_not_signed_as_it_stands_is_refused(what: str) -> None:
    assert is_authentic(form(TRUE))
    assert not is_authentic(FORGED[what])


@pytest.mark.covers("P5")
def test_an_empty_secret_and_an_unknown_method_sign_nothing() -> None:
    assert not is_authentic(form(signed(inbound(), "")), signature_secret="")
    assert not is_authentic(form(signed(inbound(), " ")), signature_secret=" ")
    assert not is_authentic(form(TRUE), signature_method="sha3")
    assert not is_authentic(form(TRUE), secrets=[])
    assert not is_authentic(with_token(inbound(), secret=""), signature_secret="")


@pytest.mark.covers("rules 21")
def test_a_token_over_the_body_is_as_good_as_a_signature() -> None:
    assert is_authentic(with_token(inbound()))


def as_bearer(value: str, body: bytes = b"{}") -> Request:
    return Request("POST", URL, {**JSON, "authorization": value}, body)


BAD_TOKENS = {
    "another body": as_bearer(f"Bearer {token(b'{ }')}"),
    "no hash of the body": as_bearer(f"Bearer {token(b'{}', payload_hash=None)}"),
    "another account": as_bearer(f"Bearer {token(b'{}', api_key='ffffffff')}"),
    "another secret": as_bearer(f"Bearer {token(b'{}', secret='another secret')}"),
    "an empty secret": as_bearer(f"Bearer {token(b'{}', secret='')}"),
    "no algorithm": as_bearer(f"Bearer {token(b'{}', algorithm='none')}"),
    "another algorithm": as_bearer(f"Bearer {token(b'{}', algorithm='RS256')}"),
    "over": as_bearer(f"Bearer {token(b'{}', exp=1)}"),
    "basic": as_bearer(f"Basic {token(b'{}')}"),
    "no token": as_bearer("Bearer x.y"),
    "no base64": as_bearer("Bearer ü.é.à"),
    "a get": Request("GET", URL, {"authorization": f"Bearer {token(b'')}"}, b""),
}


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("what", BAD_TOKENS)
def test_a_token_that_does_not_vouch_for_this_body_is_refused(what: str) -> None:
    assert is_authentic(as_bearer(f"Bearer {token(b'{}')}"))
    assert not is_authentic(BAD_TOKENS[what])


def test_the_tests_sign_as_the_code_does() -> None:
    assert sig(inbound()).lower() == signature(list(inbound().items()), SECRET, "sha256")
    assert SECRETS[0]["api_key"] == KEY

"""Only Twilio's own signature opens the door: published vectors, the SDK as oracle, and every known trap."""

import hmac
import json
from base64 import b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from portal.providers.provider import MAX_FIELDS, Request
from portal.providers.twilio import Twilio
from tests.providers.request import ACCOUNT, SECRETS, TOKEN, URL, Pairs, body_request, form_request, sign
from tests.providers.vector import JSON_BODY, JSON_HASH, JSON_SIGNATURE, JSON_URL, ONE, SHORT_TOKEN, VECTORS

PARAMS = {"AccountSid": ACCOUNT, "MessageSid": ONE, "From": "+12025550123", "Body": "STOP", "FromCity": ""}
SHARED = "a-shared-key"
SETTINGS = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
SHARED_SECRETS = [{"account_sid": ACCOUNT, "auth_token": TOKEN, "shared_key": SHARED}]

twilio = Twilio()


def is_authentic(request: Request, secrets: Any = SECRETS) -> bool:
    return twilio.is_authentic(request, secrets)


@pytest.mark.covers("rules 21", "P5")
@pytest.mark.parametrize(("token", "url", "pairs", "signature"), VECTORS)
def test_a_published_vector_is_authentic(token: str, url: str, pairs: Pairs, signature: str) -> None:
    assert is_authentic(form_request(pairs, signature, url), [{"auth_token": token}])


@pytest.mark.covers("rules 21", "P5")
@pytest.mark.parametrize(("token", "url", "pairs", "signature"), VECTORS)
def test_a_vector_with_any_one_thing_changed_is_not_authentic(
    token: str, url: str, pairs: Pairs, signature: str
) -> None:
    secrets = [{"auth_token": token}]
    changed = [(pairs[0][0], pairs[0][1] + "x"), *pairs[1:]]
    assert not is_authentic(form_request(changed, signature, url), secrets)
    assert not is_authentic(form_request(pairs[1:], signature, url), secrets)
    assert not is_authentic(form_request(pairs, signature, url.replace(".com", ".org")), secrets)
    assert not is_authentic(form_request(pairs, signature, url + "?x=1"), secrets)
    assert not is_authentic(form_request(pairs, signature, url), [{"auth_token": token + "6"}])


@pytest.mark.covers("rules 21", "P5")
def test_a_signature_with_any_byte_flipped_is_not_authentic() -> None:
    signature = sign(URL, PARAMS)
    for place, character in enumerate(signature):
        other = "A" if character != "A" else "B"
        assert not is_authentic(form_request(PARAMS, signature[:place] + other + signature[place + 1 :]))


@pytest.mark.covers("rules 21")
def test_a_url_signed_with_its_port_and_called_without_is_authentic_and_the_other_way_round() -> None:
    bare, ported = "http://portal.example.com:8000/hook", "http://portal.example.com/hook"
    assert is_authentic(form_request(PARAMS, sign(ported, PARAMS), bare))
    secure = "https://portal.example.com/hook"
    assert is_authentic(form_request(PARAMS, sign("https://portal.example.com:443/hook", PARAMS), secure))
    assert not is_authentic(form_request(PARAMS, sign("https://portal.example.com:80/hook", PARAMS), secure))


@pytest.mark.covers("rules 21", "P5")
def test_the_host_header_has_no_say() -> None:
    forged = sign("https://elsewhere.example/webhooks/twilio/b1/messages", PARAMS)
    request = form_request(PARAMS, forged, host="elsewhere.example", x_forwarded_host="elsewhere.example")
    assert not is_authentic(request)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("token", ["", " ", None])
def test_an_empty_or_unset_token_never_verifies(token: str | None) -> None:
    """promises.md B.4.1: the SDK itself accepts what was signed with an empty key."""
    signed = sign(URL, PARAMS, token or "")
    assert RequestValidator(token or "").validate(URL, PARAMS, signed)
    assert not is_authentic(form_request(PARAMS, signed), [{"account_sid": ACCOUNT, "auth_token": token}])
    assert not is_authentic(form_request(PARAMS, signed), [{"account_sid": ACCOUNT}])
    assert not is_authentic(form_request(PARAMS, signed), [])


@pytest.mark.covers("P5")
@pytest.mark.parametrize("key", ["", " ", None])
def test_an_empty_or_unset_shared_key_never_verifies(key: str | None) -> None:
    signed = sign(URL, PARAMS, key or "", HMAC_SHA256)
    request = form_request(PARAMS, signed, x_twilio_webhooks_signature_settings=SETTINGS)
    assert not is_authentic(request, [{"account_sid": ACCOUNT, "auth_token": TOKEN, "shared_key": key}])


@pytest.mark.covers("P5")
@pytest.mark.parametrize("signature", [None, "", " ", "ü", "\udcff", "a" * 10_000])
def test_a_missing_or_senseless_signature_is_refused_without_an_error(signature: str | None) -> None:
    assert not is_authentic(form_request(PARAMS, signature))


@pytest.mark.covers("rules 21")
def test_a_shared_key_signs_with_sha_256_as_its_settings_header_says() -> None:
    signed = sign(URL, PARAMS, SHARED, HMAC_SHA256)
    request = form_request(PARAMS, signed, x_twilio_webhooks_signature_settings=SETTINGS)
    assert is_authentic(request, SHARED_SECRETS)


@pytest.mark.covers("P5")
@pytest.mark.parametrize("settings", ["key=1,algorithm=MD5", "key=1,algorithm=none", "algorithm=HMAC_SHA512"])
def test_an_algorithm_nobody_knows_is_refused(settings: str) -> None:
    digests = (HMAC_SHA1, HMAC_SHA256)
    for signed in [sign(URL, PARAMS, key, digest) for key in (SHARED, TOKEN) for digest in digests]:
        request = form_request(PARAMS, signed, x_twilio_webhooks_signature_settings=settings)
        assert not is_authentic(request, SHARED_SECRETS)


@pytest.mark.covers("P5")
def test_each_scheme_has_its_own_secret() -> None:
    """A settings header asks for the shared key; the token opens nothing then, and the key nothing without it."""
    by_token = sign(URL, PARAMS, TOKEN, HMAC_SHA256)
    assert not is_authentic(
        form_request(PARAMS, by_token, x_twilio_webhooks_signature_settings=SETTINGS), SHARED_SECRETS
    )
    assert not is_authentic(form_request(PARAMS, sign(URL, PARAMS, SHARED)), SHARED_SECRETS)


@pytest.mark.covers("rules 21")
@pytest.mark.parametrize("settings", ["", "key=webhooks_sharedkey_1", "algorithm=", ",,="])
def test_settings_that_name_no_algorithm_mean_the_classic_scheme(settings: str) -> None:
    request = form_request(PARAMS, sign(URL, PARAMS), x_twilio_webhooks_signature_settings=settings)
    assert is_authentic(request, SHARED_SECRETS)


@pytest.mark.covers("rules 21")
def test_while_secrets_rotate_either_of_two_verifies() -> None:
    secrets = [{"account_sid": ACCOUNT, "auth_token": "old"}, {"account_sid": ACCOUNT, "auth_token": "new"}]
    assert is_authentic(form_request(PARAMS, sign(URL, PARAMS, "old")), secrets)
    assert is_authentic(form_request(PARAMS, sign(URL, PARAMS, "new")), secrets)
    assert not is_authentic(form_request(PARAMS, sign(URL, PARAMS, "older")), secrets)


@pytest.mark.covers("P5")
def test_one_accounts_token_cannot_sign_for_another_account() -> None:
    secrets = [*SECRETS, {"account_sid": "AC" + "2" * 32, "auth_token": "theirs"}]
    assert not is_authentic(form_request(PARAMS, sign(URL, PARAMS, "theirs")), secrets)


@pytest.mark.covers("rules 21")
def test_a_blank_value_counts() -> None:
    signed = sign(URL, PARAMS)
    without = {name: value for name, value in PARAMS.items() if value}
    assert is_authentic(form_request(PARAMS, signed))
    assert not is_authentic(form_request(without, signed))


@pytest.mark.covers("rules 21")
def test_a_json_body_is_vouched_for_by_its_hash_in_the_url() -> None:
    request = body_request(JSON_BODY, JSON_SIGNATURE, JSON_URL, content_type="application/json; charset=utf-8")
    assert is_authentic(request, [{"auth_token": SHORT_TOKEN}])


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    ("body", "url"),
    [
        (JSON_BODY.replace(b"true", b"false"), JSON_URL),
        (b"", JSON_URL),
        (JSON_BODY, JSON_URL.replace(JSON_HASH, sha256(b"another").hexdigest())),
        (JSON_BODY, JSON_URL.replace(JSON_HASH, "")),
        (JSON_BODY, JSON_URL.partition("&bodySHA256")[0]),
    ],
)
def test_a_json_body_that_its_url_does_not_vouch_for_is_refused(body: bytes, url: str) -> None:
    for signature in (JSON_SIGNATURE, sign(url, {}, SHORT_TOKEN)):
        request = body_request(body, signature, url, content_type="application/json")
        assert not is_authentic(request, [{"auth_token": SHORT_TOKEN}])


@pytest.mark.covers("P5")
def test_a_hash_in_the_url_does_not_take_a_forms_fields_out_of_the_signature() -> None:
    body = urlencode(PARAMS).encode()
    url = f"{URL}?bodySHA256={sha256(body).hexdigest()}"
    assert not is_authentic(body_request(body, sign(url, {}), url))
    assert is_authentic(body_request(body, sign(url, PARAMS), url))


@pytest.mark.covers("P5")
@pytest.mark.parametrize("body", [b"\xff\xfe", b"%ED%A0%80=%FF", b"&&&=&", b"a" * 70_000, b"a=1&" * (MAX_FIELDS + 1)])
def test_a_hostile_body_is_refused_without_an_error(body: bytes) -> None:
    assert not is_authentic(body_request(body, "x"))


@pytest.mark.covers("P5")
def test_more_fields_than_anybody_sends_are_refused_even_when_signed() -> None:
    many = {f"f{number}": "1" for number in range(MAX_FIELDS + 1)}
    assert not is_authentic(form_request(many, sign(URL, many)))


@pytest.mark.covers("rules 21")
def test_unescaped_utf_8_is_read_as_utf_8() -> None:
    """promises.md B.4.4: a parser that takes it for Latin-1 would refuse what Twilio signed."""
    assert is_authentic(body_request("Body=café".encode(), sign(URL, {"Body": "café"})))


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
params = st.dictionaries(text.filter(bool), text, max_size=8)
urls = st.builds(
    "{}://{}{}/{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["portal.example.com", "127.0.0.1"]),
    st.sampled_from(["", ":80", ":443", ":8000"]),
    text.map(quote),
    st.sampled_from(["", "?message=m1", "?foo=1&bar=%20"]),
)


@pytest.mark.covers("rules 21", "P5")
@given(urls, params, st.sampled_from([HMAC_SHA1, HMAC_SHA256]), st.sampled_from(["right", "other", ""]))
def test_it_agrees_with_the_sdk_on_any_form(url: str, fields: dict[str, str], algorithm: str, key: str) -> None:
    signed = sign(url, fields, key, algorithm)
    headers = {"x_twilio_webhooks_signature_settings": f"key=1,algorithm={algorithm}"}
    secrets = [{"shared_key": "right"}]
    if algorithm == HMAC_SHA1:
        headers, secrets = {}, [{"auth_token": "right"}]
    expected = RequestValidator("right").validate(url, fields, signed, algorithm)
    assert is_authentic(form_request(fields, signed, url, **headers), secrets) == expected == (key == "right")


@pytest.mark.covers("rules 21")
@given(st.dictionaries(text, text, max_size=4))
def test_it_agrees_with_the_sdk_on_any_json(value: dict[str, str]) -> None:
    body = json.dumps(value, ensure_ascii=False)
    url = f"{URL}?bodySHA256={sha256(body.encode()).hexdigest()}"
    signed = sign(url, {})
    assert RequestValidator(TOKEN).validate(url, body, signed)
    assert is_authentic(body_request(body.encode(), signed, url, content_type="application/json"))


def test_the_sdk_used_as_oracle_is_the_hmac_we_think_it_is() -> None:
    digest = hmac.digest(TOKEN.encode(), (URL + "a1b2").encode(), "sha1")
    assert sign(URL, {"b": "2", "a": "1"}) == b64encode(digest).decode()

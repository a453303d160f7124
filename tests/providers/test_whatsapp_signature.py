"""Only Meta, with a secret of this very business, is believed."""

import pytest

from portal.providers.provider import Request
from portal.providers.whatsapp import WhatsApp
from tests.pretend_whatsapp.company import signature

BODY = b'{"object":"whatsapp_business_account"}'
SIGNED = "sha256=e790291ff924369c1f80c8b2cc24fb9ccd37600d883a729059d4bbfa632c882b"  # rules.md section 6
OURS = [{"app_secret": "another"}, {"app_secret": "app_secret"}]

whatsapp = WhatsApp()


def request(signature: str | None, body: bytes = BODY) -> Request:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return Request("POST", "https://portal.example.com/webhooks/whatsapp/b1/messages", headers, body)


@pytest.mark.covers("P5", "rules 21")
def test_any_one_of_the_business_s_secrets_vouches_for_the_raw_bytes() -> None:
    assert whatsapp.is_authentic(request(SIGNED), OURS)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize(
    "forged",
    [
        request(SIGNED, BODY + b" "),
        request(SIGNED[:-1] + "c"),
        request(SIGNED.upper()),
        request(SIGNED.removeprefix("sha256=")),
        request(""),
        request("\u00fc"),
        request(None),
    ],
    ids=["another byte", "a flipped digit", "capitals", "no scheme", "blank", "letters no signature has", "no header"],
)
def test_whatever_differs_is_no_signature(forged: Request) -> None:
    assert not whatsapp.is_authentic(forged, OURS)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("secrets", [[], [{"app_secret": "another"}], [{"verify_token": "app_secret"}]])
def test_without_the_right_secret_nothing_is_authentic(secrets: list[dict[str, str]]) -> None:
    assert not whatsapp.is_authentic(request(SIGNED), secrets)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_secret_signs_nothing(blank: str) -> None:
    """Whoever knows that a secret was left empty could sign with it."""
    made = signature(BODY, blank)["X-Hub-Signature-256"]
    assert not whatsapp.is_authentic(request(made), [{"app_secret": blank}])

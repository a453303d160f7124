"""Standard Webhooks: the vector that its libraries share, and what a receiver's library would make of ours."""

import base64

import pytest

from portal.accounts import signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIME, PAYLOAD = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_vector_of_standard_webhooks_holds() -> None:
    assert signature.sign(SECRET, ID, TIME, PAYLOAD) == SIGNED
    assert signature.sign(SECRET.removeprefix("whsec_"), ID, TIME, PAYLOAD) == SIGNED


@pytest.mark.parametrize(
    ("message_id", "timestamp", "payload"),
    [("msg_other", TIME, PAYLOAD), (ID, TIME + 1, PAYLOAD), (ID, TIME, PAYLOAD + b" ")],
)
def test_another_id_time_or_payload_has_another_signature(message_id: str, timestamp: int, payload: bytes) -> None:
    assert signature.sign(SECRET, message_id, timestamp, payload) != SIGNED


def test_while_two_secrets_are_active_both_sign() -> None:
    new = signature.new_secret()
    found = signature.headers([new, SECRET], ID, TIME, PAYLOAD)
    assert found["webhook-id"] == ID
    assert found["webhook-timestamp"] == str(TIME)
    assert found["webhook-signature"].split(" ") == [signature.sign(new, ID, TIME, PAYLOAD), SIGNED]


def test_a_new_secret_has_32_random_bytes() -> None:
    made = {signature.new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(base64.b64decode(each.removeprefix("whsec_"))) for each in made} == {32}


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", "whsec_a"])
def test_an_empty_or_broken_secret_signs_nothing(secret: str) -> None:
    """promises.md B.4.1: a signature with an empty key proves nothing."""
    with pytest.raises(ValueError, match="secret"):
        signature.sign(secret, ID, TIME, PAYLOAD)

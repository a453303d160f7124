"""A sender carries what its provider carries, and needs what its provider needs."""

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.errors import Invalid
from tests.conftest import World

META = {"phone_number_id": "1", "app_secret": "s", "access_token": "t", "verify_token": "v"}
TWILIO = {"account_sid": "AC1", "auth_token": "t"}
VONAGE = {"api_key": "k", "api_secret": "s", "signature_secret": "s", "signature_method": "sha3"}
BANDWIDTH = {
    "account_id": "1", "api_token": "t", "api_secret": "s", "application_id": "a", "callback_username": "u",
    "callback_password": "guess me",
}  # fmt: skip


@pytest.mark.covers("P5")
@pytest.mark.parametrize(
    ("provider", "channel", "credentials"),
    [
        ("whatsapp", "sms", META), ("twilio", "whatsapp", TWILIO), ("whatsapp", "pigeon", META),
        ("whatsapp", "whatsapp", META | {"app_secret": ""}), ("whatsapp", "whatsapp", META | {"colour": "green"}),
        ("whatsapp", "whatsapp", TWILIO), ("bandwidth", "sms", BANDWIDTH),
        ("vonage", "sms", VONAGE),
    ],
    ids=["whatsapp by sms", "twilio by whatsapp", "no channel", "an empty secret", "an unknown name", "others' names",
         "a password that can be guessed", "a method nobody has"],
)  # fmt: skip
def test_a_sender_that_could_not_work_is_refused(
    world: World, provider: str, channel: str, credentials: dict[str, str]
) -> None:
    def add(session: Session) -> None:
        business = businesses.get(session, world.hearth.id)
        sender.add(
            session, business, channel=channel, number="+12025550166", provider=provider, credentials=credentials
        )

    with pytest.raises(Invalid):
        world.write(add)


def test_one_number_may_carry_both_channels_and_is_told_with_its_secrets(world: World) -> None:
    def add(session: Session) -> list[dict[str, str]]:
        business = businesses.get(session, world.hearth.id)
        sender.add(session, business, channel="whatsapp", number="+12025550199", provider="whatsapp", credentials=META)
        return sender.secrets_of(session, business.id, "whatsapp")

    assert world.write(add) == [META | {"number": "+12025550199"}]

"""A text to hand to Twilio, and the handing over."""

from portal import clock
from portal.providers.provider import Outbound, Result
from portal.providers.twilio import Twilio
from tests.pretend_twilio import ACCOUNT, TOKEN

CLIENT, SENDER = "+12025550123", "+12025550199"
CALLBACK = "https://portal.example.com/webhooks/twilio/b1/status?message=m1"
CREDENTIALS = {"account_sid": ACCOUNT, "auth_token": TOKEN}


def outbound(text: str = "Hello", to: str = CLIENT, **credentials: str) -> Outbound:
    return Outbound("m1", to, SENDER, text, CREDENTIALS | credentials, CALLBACK)


def send(provider: Twilio, text: Outbound | None = None, *, within: float = 5.0) -> Result:
    return provider.send(text or outbound(), deadline=clock.monotonic() + within)

"""A pretend Twilio as a real HTTP server: takes texts, breaks on demand, signs and posts webhooks, keeps a log.

In a test: `with PretendTwilio(rules=[Rule(act="drop", number="+1202555*")]) as twilio: … twilio.url … twilio.requests`.
As a process: `python -m tests.pretend_twilio --port 0 --log twilio.jsonl`, steered by `POST /_control`.
Signatures are made by Twilio's own SDK, so that what verifies here verifies there.
"""

from tests.pretend_twilio.company import ACCOUNT, SHARED_KEY, TOKEN, Company
from tests.pretend_twilio.http import Delivery
from tests.pretend_twilio.rule import Plan, Rule
from tests.pretend_twilio.server import PretendTwilio

__all__ = ["ACCOUNT", "SHARED_KEY", "TOKEN", "Company", "Delivery", "Plan", "PretendTwilio", "Rule"]

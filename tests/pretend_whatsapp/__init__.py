"""A pretend Cloud API as a real HTTP server: takes messages, breaks on demand, signs and posts batched webhooks.

In a test: `with PretendWhatsApp(rules=[Rule(act="drop")], webhook=url) as meta: … meta.url … meta.requests`. Rules and
the wire are the pretend Twilio's; a number in `absent` is not on WhatsApp, which is told later, as Meta does.
"""

from tests.pretend_twilio.rule import Rule
from tests.pretend_whatsapp.company import ACCOUNT, NUMBER, SECRET, TOKEN, Company
from tests.pretend_whatsapp.server import PretendWhatsApp

__all__ = ["ACCOUNT", "NUMBER", "SECRET", "TOKEN", "Company", "PretendWhatsApp", "Rule"]

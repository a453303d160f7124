"""Every real provider's row; a test fails when one is missing."""

from collections.abc import Mapping

from tests.providers.bandwidth_case import BANDWIDTH
from tests.providers.case import Case
from tests.providers.plivo_case import PLIVO
from tests.providers.sinch_case import SINCH
from tests.providers.telnyx_case import TELNYX
from tests.providers.twilio_case import TWILIO
from tests.providers.vonage_case import VONAGE
from tests.providers.whatsapp_case import WHATSAPP

CASES: Mapping[str, Case] = {
    "twilio": TWILIO,
    "whatsapp": WHATSAPP,
    "telnyx": TELNYX,
    "vonage": VONAGE,
    "plivo": PLIVO,
    "bandwidth": BANDWIDTH,
    "sinch": SINCH,
}

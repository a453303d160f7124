"""Published and recomputed signature vectors: rules.md 4.5 and appendix A, promises.md B.4."""

import pytest

from tests.providers.request import ACCOUNT, TOKEN

SHORT_TOKEN = "12345"
CALL = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309"), ("To", "+18005551212")]
CALL += [("Caller", "+14158675309")]
REPEATED = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
ONE = "SM" + "0" * 31 + "1"
STOP = [("ToCountry", "US"), ("SmsMessageSid", ONE), ("SmsSid", ONE), ("MessageSid", ONE), ("NumMedia", "0")]
STOP += [("SmsStatus", "received"), ("Body", "Stop"), ("OptOutType", "STOP"), ("To", "+15005550006")]
STOP += [("NumSegments", "1"), ("AccountSid", ACCOUNT), ("From", "+14155552671"), ("ApiVersion", "2010-04-01")]
COMPANY = "mycompany.com"
CALL_PATH = "/myapp.php?foo=1&bar=2"
HOOK = "https://portal.example.com/hooks/twilio/t_01/inbound"
PROMISED = [("MessageSid", ONE), ("AccountSid", ACCOUNT), ("From", "+12025550123"), ("To", "+12025550199")]
PROMISED += [("Body", "STOP"), ("NumMedia", "0"), ("NumSegments", "1"), ("FromCity", ""), ("OptOutType", "STOP")]
DRESSED = [(name, "\U0001f6d1 stop \u202e" if name == "Body" else value) for name, value in PROMISED]

VECTORS = [
    pytest.param(SHORT_TOKEN, f"https://{COMPANY}{CALL_PATH}", CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", id="plain"),
    pytest.param(SHORT_TOKEN, f"https://{COMPANY}:443{CALL_PATH}", CALL, "kvajT1Ptam85bY51eRf/AJRuM3w=", id="443"),
    pytest.param(SHORT_TOKEN, f"http://{COMPANY}:80{CALL_PATH}", CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4=", id="80"),
    pytest.param(SHORT_TOKEN, f"http://{COMPANY}:1234{CALL_PATH}", CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", id="1234"),
    pytest.param(SHORT_TOKEN, f"https://{COMPANY}{CALL_PATH}", REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", id="twice"),
    pytest.param(
        SHORT_TOKEN,
        "https://portal.example.com/hooks/twilio/inbound",
        STOP,
        "wDX8q8Xbnw9sBMq1ZJWDj/3u+zw=",
        id="stop",
    ),
    pytest.param(TOKEN, HOOK, PROMISED, "2QaEQWtA0NHhnqvhDJUSGhWS5Vw=", id="promised"),
    pytest.param(TOKEN, HOOK.replace(".com", ".com:443"), PROMISED, "SRk23yZCc4jxhA7PgSCLCTjhB0g=", id="promised 443"),
    pytest.param(TOKEN, HOOK, DRESSED, "DqB6WwHjROS/SKs4ZKnM2a67fyo=", id="dressed"),
]
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_URL = f"https://{COMPANY}{CALL_PATH}&bodySHA256={JSON_HASH}"
JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4="

"""Which sites may show a questionnaire in a frame: exact origins, kept ready for `frame-ancestors` (promises.md C)."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_ORIGINS = 20
LONGEST_HOST = 253
_ORIGIN = re.compile(r"https://(?P<host>[^:/?#@\s]+)(:(?P<port>\d{1,5}))?")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ENDINGS = "ac asso biz co com edu firm gen go gob gouv gov id info ltd me mil ne net nhs nom or org plc police sch"
SECOND_LEVELS = frozenset(_ENDINGS.split())
"""What stands before a country's ending where names are registered one level further down, as in co.uk."""

_HOSTS = (
    "amplifyapp.com appspot.com azurestaticapps.net azurewebsites.net blogspot.com carrd.co cloudfront.net fly.dev "
    "firebaseapp.com framer.app framer.website github.io gitlab.io glitch.me godaddysites.com herokuapp.com "
    "jimdosite.com myshopify.com neocities.org netlify.app ngrok.app ngrok.io ngrok-free.app notion.site onrender.com "
    "pages.dev r2.dev railway.app repl.co s3.amazonaws.com squarespace.com surge.sh tumblr.com vercel.app web.app "
    "webflow.io weebly.com wixsite.com wordpress.com workers.dev wpengine.com"
)
SHARED_HOSTS = frozenset(_HOSTS.split())
"""Hosts whose subdomains belong to strangers, those that small businesses meet: a star there would admit anybody."""


@dataclass(frozen=True)
class Allowed:
    """One origin as it is stored."""

    origin: str

    @property
    def shown(self) -> str:
        """With the name that hides behind xn--, so that a look-alike is seen."""
        host = self.origin.removeprefix("https://").removeprefix("*.").partition(":")[0]
        try:
            decoded = host.encode("ascii").decode("idna")
        except UnicodeError:
            decoded = host
        return self.origin if decoded == host else f"{self.origin} ({decoded})"


@dataclass(frozen=True)
class Refused:
    sentence: str


def read(text: str) -> tuple[list[str], list[str]]:
    """One origin a line: those that may be kept, and a sentence for each line that may not."""
    found = [origin(line.strip()) for line in text.splitlines() if line.strip()]
    origins = list(dict.fromkeys(each.origin for each in found if isinstance(each, Allowed)))
    problems = [each.sentence for each in found if isinstance(each, Refused)]
    if len(origins) > MOST_ORIGINS:
        problems.append(f"At most {MOST_ORIGINS} sites can be listed.")
    return origins, problems


def origin(line: str) -> Allowed | Refused:
    """One entry of the list, in its one spelling."""
    quoted = f"“{line[:80]}”"
    found = _ORIGIN.fullmatch(unicodedata.normalize("NFKC", line).lower())
    if found is None:
        return Refused(f"{quoted}: please write https:// and only the site’s name, as in https://www.example.com.")
    host, port = _ascii(found["host"]), found["port"]
    problem = _problem(host, port)
    if problem:
        return Refused(f"{quoted}: {problem}")
    return Allowed(f"https://{host}" + (f":{int(port)}" if port and int(port) != 443 else ""))


def _ascii(host: str) -> str:
    """Letters of other scripts in the spelling that browsers compare; nothing for what has none."""
    star, name = ("*.", host[2:]) if host.startswith("*.") else ("", host)
    try:
        return star + name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _problem(host: str, port: str | None) -> str:
    labels = host.removeprefix("*.").split(".")
    if not host or len(host) > LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        return "this is not the name of a site."
    if labels[-1].isdigit():
        return "please use the name of the site, not its number."
    if len(labels) < 2:
        return "please write the whole name, with its ending."
    if port and not 0 < int(port) < 65536:
        return "there is no such port."
    if host.startswith("*.") and _is_shared(labels):
        return "the star would let strangers in; please name the sites one by one."
    return ""


def _is_shared(labels: Sequence[str]) -> bool:
    """Whether others may register names right below: an ending such as co.uk, or a host of many sites."""
    is_ending = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in SECOND_LEVELS
    return is_ending or ".".join(labels) in SHARED_HOSTS

"""Which addresses of the internet a business may have us call: how they are written, where they lead (promises.md B.5).

Python's `ipaddress.is_global` says yes to multicast, NAT64 and 6to4, so every refused network is named here.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LONGEST = 2000
HTTPS = 443
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_UNWRITTEN = re.compile(r"[^!-~\u00a1-\U0010ffff]|[\\<>\"`{}|^]")
_PATH = re.compile(r"[!-~]*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+(?!\d)(?!-){_LABEL}")
_AT_HOME = (".localhost", ".local", ".internal", ".home.arpa", ".onion", ".intranet", ".lan")

REFUSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/8",  # unspecified, loopback, IPv4-compatible, IPv4-mapped, and what is reserved beside them
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64
        "100::/64", "100:0:0:1::/64",  # discarded
        "2001::/23",  # Teredo, benchmarking, ORCHID and the other special ones
        "2001:db8::/32", "2002::/16",  # documentation; 6to4
        "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""IANA's special-purpose registries for both families, with what they leave to other documents."""
_ORDINARY_V6 = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True)
class Rules:
    """What the operator allows. `may_loop`: plain http and this very machine, for tests and receivers beside us."""

    ports: frozenset[int] = frozenset({HTTPS})
    may_loop: bool = False


@dataclass(frozen=True)
class Target:
    """One address, read: `host` in ASCII, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = HTTPS if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(frozen=True)
class Refused:
    """Why not, in a sentence for whoever typed it."""

    sentence: str


def parse(url: str, rules: Rules) -> Target | Refused:
    """Read an address by its spelling alone; where its name leads is asked when it is called."""
    if len(url) > LONGEST or _UNWRITTEN.search(url):
        return Refused(f"An address has at most {LONGEST} characters, and no blanks among them.")
    try:
        parts = urlsplit(url)
        port, name = parts.port, _ascii(parts.hostname or "")
    except ValueError:  # also what looks like another address once it is normalised
        return Refused("This cannot be read as an address.")
    usual = 80 if parts.scheme == "http" else HTTPS
    target = Target(parts.scheme, name, usual if port is None else port, _path(parts))
    if parts.username is not None or parts.password is not None or "#" in url:
        return Refused("An address here has no user name, no password and no #.")
    if not _PATH.fullmatch(target.path):
        return Refused("Please write the part after the name in ASCII, with %-escapes.")
    if rules.may_loop and target.host in LOOPBACK and target.scheme in ("http", "https"):
        return target
    return _checked(target, rules)


def is_refused(ip: str, rules: Rules) -> bool:
    """Whether a name that leads to this IP address may not be called."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    if rules.may_loop and found.is_loopback:
        return False
    if found.version == 6 and found not in _ORDINARY_V6:
        return True
    return any(found.version == network.version and found in network for network in REFUSED)


def _checked(target: Target, rules: Rules) -> Target | Refused:
    if target.scheme != "https":
        return Refused("Please give an address that starts with https://.")
    if not _NAME.fullmatch(target.host) or target.host.endswith(_AT_HOME):
        return Refused("Please give the public name of a site, such as hooks.example.com, and no IP address.")
    if target.port not in rules.ports:
        return Refused("Only the usual port of https is called.")
    return target


def _ascii(name: str) -> str:
    """NFKC first: circled digits are digits to every resolver. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", name).lower()
    return plain if plain.isascii() else plain.encode("idna").decode("ascii")


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

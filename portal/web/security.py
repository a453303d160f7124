"""What every response carries and every request must pass: headers, a CSP without inline script, origins, cookies."""

import asyncio
import datetime as dt
import ipaddress
import re
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.accounts import allowance, member
from portal.accounts.member import Member
from portal.database import Database
from portal.errors import BadRequest, NotFound, TooLarge

BODY_LIMIT = 64 * 1024
BATCH_LIMIT = 3 * 1024 * 1024  # Meta puts up to a thousand events into one request
UPLOADS = (  # a file and the form around it; nobody's is read before they are known (page.admitted)
    (re.compile(r"/import"), 21 * 1024 * 1024),
    (re.compile(r"/contacts/[^/]+/consent/[^/]+"), 6 * 1024 * 1024),
)
MOST_FIELDS = 1000
PASSWORD_TRIES, PASSWORD_WINDOW = 10, dt.timedelta(minutes=15)
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors {}"
)

_USUAL = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)
_ALONE = ((b"content-security-policy", _CSP.format("'none'").encode()), (b"x-frame-options", b"DENY"))
_OURS = ((b"cross-origin-resource-policy", b"same-origin"), (b"cache-control", b"no-store"))
_HTTPS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")

_hashing = ThreadPoolExecutor(2, "hash")  # argon2 takes 64 MiB and a core each


class SecurityHeaders:
    """Sets them on every response, errors and redirects included; a response may bring its own frame-ancestors."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app, self._is_https = app, is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = list(message["headers"])  # the response may be one for all
                protect(message["headers"], scope["path"], is_https=self._is_https)
            await send(message)

        await self._app(scope, receive, send_safely if scope["type"] == "http" else send)


class BodyLimit:
    """No request is read past the limit; the refusal is an ordinary error with a sentence."""

    def __init__(self, app: ASGIApp, *, limit: int = BODY_LIMIT) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        limit = max(self._limit, _special_limit(scope["path"]))
        is_too_long = length.isdigit() and int(length) > limit
        read = 0

        async def receive_within() -> Message:
            nonlocal read
            if not is_too_long:
                message = await receive()
                read += len(message.get("body", b""))
            if is_too_long or read > limit:
                raise TooLarge(f"Please send at most {limit // 1024} KB at once.")
            return message

        await self._app(scope, receive_within, send)


def _special_limit(path: str) -> int:
    if path.startswith(("/webhooks/whatsapp/", "/webhooks/bandwidth/")):
        return BATCH_LIMIT
    return next((limit for pattern, limit in UPLOADS if pattern.fullmatch(path)), 0)


def protect(raw: list[tuple[bytes, bytes]], path: str, *, is_https: bool) -> None:
    """Add what every response carries and this one has not brought; a page that may be embedded has its own policy."""
    brought = {name for name, _ in raw}
    raw.extend(each for each in _USUAL if each[0] not in brought)
    if b"content-security-policy" not in brought:
        raw.extend(_ALONE)
    if not path.startswith("/static/"):
        raw.extend(each for each in _OURS if each[0] not in brought)
    if is_https:
        raw.append(_HTTPS)


def policy(frame_ancestors: Collection[str] = ()) -> str:
    """The Content-Security-Policy; `frame_ancestors` are checked origins that may embed this page."""
    return _CSP.format(" ".join(frame_ancestors) or "'none'")


async def is_password_right(password_hash: str | None, password: str) -> bool:
    """The same effort whether or not there is a hash; few at a time, beside the event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_hashing, member.is_password_right, password_hash, password)


async def hashed(password: str, email: str) -> str:
    """Raises Invalid for a weak password."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, member.hashed, password, email)


async def own_password(database: Database, who: Member, password: str) -> tuple[int, str]:
    """(200, "") when `password` is theirs, or else a status and a sentence; somebody at an open browser may not try for
    ever."""
    if not await database.writing(
        lambda session: allowance.take(session, f"password:{who.id}", limit=PASSWORD_TRIES, window=PASSWORD_WINDOW)
    ):
        return 429, "Too many attempts. Please wait a quarter of an hour and try again."
    is_right = await is_password_right(who.password_hash, password)
    return (200, "") if is_right else (422, "This is not your current password.")


def local(url: str | None) -> str:
    """Only a path of ours: no other site, no scheme, no double slash."""
    parts = urlsplit(url or "/")
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return (url or "/") if is_ours and "\\" not in (url or "") else "/"


def is_same_origin(request: Request, *urls: str) -> bool:
    """Whether a writing request comes from our own pages: Sec-Fetch-Site where the browser says it, else Origin, which
    must be this host's, as we see it or as `urls` have it (a proxy may speak https for us).

    A script without either header passes here and still needs the session's own token.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    host = request.headers.get("host", "")
    return origin in {f"{request.url.scheme}://{host}", *(url for url in urls if urlsplit(url).netloc == host)}


def client_ip(request: Request, trusted_proxies: str) -> str:
    """The caller's address; X-Forwarded-For counts only as far as trusted proxies wrote it (ASVS 4.1.3)."""
    address = request.client.host if request.client else ""
    trusted = _networks(trusted_proxies)
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while hops and _is_in(address, trusted):
        address = hops.pop()
    return address if _parsed(address) else ""


def network(ip: str) -> str:
    """The /24 or /64 that rate limits count by, or the text itself."""
    parsed = _parsed(ip)
    if parsed is None:
        return ip
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


def cookie_name(public_url: str) -> str:
    """The `__Host-` prefix needs https, which a demo on this machine does not have."""
    return "__Host-id" if is_https(public_url) else "id"


def set_cookie(response: Response, public_url: str, token: str) -> None:
    """Sign this browser in with `token`, or out with "" (promises.md C and E.2)."""
    name, is_secure = cookie_name(public_url), is_https(public_url)
    if token:
        response.set_cookie(name, token, httponly=True, secure=is_secure, samesite="lax", path="/")
    else:
        response.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="lax")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'


def is_https(url: str) -> bool:
    return urlsplit(url).scheme == "https"


@cache
def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _is_in(ip: str, networks: Collection[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    parsed = _parsed(ip)
    return parsed is not None and any(parsed in each for each in networks)


@lru_cache(maxsize=4096)
def _parsed(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(ip)
    except ValueError:
        return None


async def typed(request: Request, *, has_form: bool, files: int = 0) -> FormData:
    """The form, if any. NUL is in no text that anybody types, and PostgreSQL takes none: it is refused before a
    database is asked, in the address (NotFound), the query and the form (BadRequest)."""
    if "\x00" in request.scope["path"]:
        raise NotFound()
    form = await request.form(max_files=files, max_fields=MOST_FIELDS) if has_form else FormData()
    pairs = (*request.query_params.multi_items(), *form.multi_items())
    if any("\x00" in name or "\x00" in str(value) for name, value in pairs):
        raise BadRequest("A character was sent that no text has (NUL). Please type it again.")
    return form

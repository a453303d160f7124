"""Nothing of ours calls an address that a business chose but the guard: who may open a connection at all, and why."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal import app
from tests import house

NETWORK = {
    "socket", "ssl", "http", "http.client", "urllib.request", "smtplib", "ftplib", "imaplib", "poplib", "telnetlib",
    "xmlrpc", "xmlrpc.client", "socketserver", "httpx", "httpx2", "requests", "aiohttp", "urllib3", "websockets",
}  # fmt: skip
ALLOWED = {
    "portal/providers/wire.py": "the socket itself, for the two below",
    "portal/providers/connection.py": "providers, whose hosts stand in the code or in the operator's settings",
    "portal/providers/guard.py": "addresses of businesses, guarded",
    "portal/bell.py": "a pair of sockets within this process, to wake who waits",
    "portal/mail.py": "the operator's mail server",
    "portal/commands/doctor.py": "the operator's own public URL",
    "portal/commands/listener.py": "listens",
    "portal/commands/pool.py": "listens",
    "portal/commands/server.py": "listens",
}
CONNECTING = {"create_connection", "open_connection", "open_unix_connection", "urlopen", "getaddrinfo", "gethostbyname"}
DIALLING = {"dial", "connect", "resolve"}


def tree(path: Path) -> ast.Module:
    return ast.parse((house.ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def ours() -> list[Path]:
    return [path for path in house.modules() if path.parts[0] in ("portal", "forms")]


def test_only_known_rooms_can_open_a_connection() -> None:
    found = {str(path) for path in ours() if NETWORK & set(imports(path))}
    assert found == set(ALLOWED)


def test_no_room_connects_by_another_name() -> None:
    """asyncio can open connections too."""
    found = {
        f"{path}: {node.attr}"
        for path in ours()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in CONNECTING
    }
    assert found == {"portal/providers/wire.py: getaddrinfo"}


def test_only_the_guard_and_the_line_to_providers_use_the_wire() -> None:
    found = {
        str(path)
        for path in ours()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in DIALLING and ast.unparse(node.value) == "wire"
    }
    assert found == {"portal/providers/connection.py", "portal/providers/guard.py"}


def test_a_line_is_opened_to_base_urls_only() -> None:
    """A provider's base URL comes from app.py: a constant or the operator's PORTAL_…_API_URL."""
    found = {
        f"{path}: {ast.unparse(node.args[0])}"
        for path in ours()
        if "portal.providers.connection" in imports(path)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Line", "connection.Line")
    }
    assert found == {f"portal/providers/{name}.py: base_url" for name in app.REAL}

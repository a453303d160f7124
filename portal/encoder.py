"""JSON text from encoders that are made once.

`json` makes a new one for every value that is no plain text, which takes as long as writing a ledger entry's evidence;
what these write is the same, byte for byte (tests/test_encoder.py). They find no circle: nothing stored has one.
"""

import json
from collections.abc import Callable
from json import encoder as _json
from typing import Any

_Chunks = Callable[[Any, int], tuple[str, ...]]


def _made(*, escape: Callable[[str], str], colon: str, comma: str, sort_keys: bool) -> _Chunks:
    make: Callable[..., _Chunks] = vars(_json)["c_make_encoder"]
    return make(None, json.JSONEncoder().default, escape, None, colon, comma, sort_keys, False, True)


_USUAL = _made(escape=_json.encode_basestring_ascii, colon=": ", comma=", ", sort_keys=False)
_CANONICAL = _made(escape=_json.encode_basestring, colon=":", comma=",", sort_keys=True)


def usual(value: Any) -> str:
    """As `json.dumps(value)`: how JSON columns are stored."""
    return "".join(_USUAL(value, 0))


def canonical(value: Any) -> bytes:
    """One spelling for one value: UTF-8, sorted keys, no spaces. The ledger's hashes are made over it."""
    if isinstance(value, str):
        return _json.encode_basestring(value).encode()
    return "".join(_CANONICAL(value, 0)).encode()

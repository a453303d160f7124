"""`portal read`: how a reply is read, for one text or for a file of them; the words decide, no database is asked."""

import argparse
import json
import sys
from typing import Any, cast, get_args

from portal.commands.output import say
from portal.errors import Invalid


def add(commands: Any) -> None:
    read = commands.add_parser(
        "read", help="how a client's reply is read", description="Read one reply, or one per line of standard input."
    )
    what = read.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", metavar="TEXT", help="the reply")
    what.add_argument(
        "--jsonl", action="store_true", help='read {"text", "recent_outbound", "context"} lines, answer one line each'
    )
    read.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from portal.consent import reply

    if not arguments.jsonl:
        verdict = reply.read(arguments.text)
        matched = f", matched “{verdict.matched}”" if verdict.matched else ""
        say(f"{verdict.public_meaning} (rule {verdict.rule}{matched})")
        return 0
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            sys.stdout.write(json.dumps(_answer(number, line), ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return 0


def _answer(number: int, line: str) -> dict[str, str]:
    from portal.consent import reply

    asked = _asked(number, line)
    verdict = reply.read(asked["text"], recent_outbound=asked["recent_outbound"], context=asked["context"])
    return {"meaning": str(verdict.public_meaning), "rule": verdict.rule, "matched": verdict.matched}


def _asked(number: int, line: str) -> dict[str, Any]:
    """The line as it is meant. Raises Invalid, naming the line."""
    from portal.consent import reply

    try:
        asked = json.loads(line)
        text, recent = asked["text"], asked.get("recent_outbound") or []
        context = asked.get("context") or "none"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(f'Line {number} is not a JSON object with a "text".') from error
    if not isinstance(text, str) or not isinstance(recent, list) or not all(isinstance(each, str) for each in recent):
        raise Invalid(f"Line {number}: text is a string, recent_outbound a list of strings.")
    if context not in get_args(reply.Context):
        raise Invalid(f"Line {number}: context is one of {', '.join(get_args(reply.Context))}.")
    return {"text": text, "recent_outbound": recent, "context": cast("reply.Context", context)}

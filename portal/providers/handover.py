"""What became of one POST to a provider: one rule for all of them (promises.md 0.4).

Only what certainly was not sent is Rejected; where bytes left and no whole answer came, it is Unknown, whoever the
provider is.
"""

from collections.abc import Callable

from portal.providers import retry_after
from portal.providers.connection import Answer, Lost, NotSent
from portal.providers.provider import Rejected, Result, Trouble, Unknown


def result_of(exchange: Answer | NotSent | Lost, said: Callable[[Answer], Result]) -> Result:
    """`said` reads a whole answer of this provider."""
    if isinstance(exchange, NotSent):
        return Rejected(Trouble.TEMPORARY, exchange.code, exchange.sentence)
    return Unknown(exchange.sentence) if isinstance(exchange, Lost) else said(exchange)


def rejected(trouble: Trouble, answer: Answer, code: str, sentence: str) -> Rejected:
    """With the time that the provider named, where the same text may be tried again."""
    wait = retry_after.seconds(answer.retry_after) if trouble is Trouble.TEMPORARY else None
    return Rejected(trouble, code or str(answer.status), sentence, wait)

"""How long a provider asks us to wait, by its Retry-After header."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from portal import clock

MOST = 3600.0  # seconds; a wrong header must not silence a business for longer


def seconds(header: str) -> float | None:
    """From either form of the header; None when it is absent or unreadable."""
    value = header.strip()
    if not value.isascii():
        return None
    if value.isdigit():
        return min(float(value), MOST)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return _until(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _until(moment: datetime) -> float:
    return max(0.0, min((moment - clock.now()).total_seconds(), MOST))

"""What of a pack is compared with what was registered: what clients and reviewers see, not our own sentences about it,
so that a new release of this program is no change of the business."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.registration import sample
from portal.registration.pack import Answered, Pack
from portal.registration.sample import Sample

Value = str | list[str] | dict[str, str]
SAMPLES = "samples"
_WORDINGS, _SETTINGS = "/settings/wordings", "/settings"


@dataclass(frozen=True)
class Field:
    """`url` leads to where it is changed."""

    name: str
    title: str
    url: str
    value: Callable[[Pack], Value]


def _yes(is_so: bool) -> str:
    return "Yes" if is_so else "No"


def _answer(name: str) -> Callable[[Pack], Value]:
    def text(found: Pack) -> str:
        answered: Answered = getattr(found, name)
        return answered.text

    return text


def _keywords(name: str) -> Callable[[Pack], Value]:
    def words(found: Pack) -> list[str]:
        answered: Answered = getattr(found, name)
        return sorted(answered.keywords)

    return words


FIELDS = (
    Field("brand", "Name of the business", _SETTINGS, lambda found: found.brand),
    Field("purposes", "What you text about", _SETTINGS, lambda found: found.purposes),
    Field("phone", "Phone for questions", _SETTINGS, lambda found: found.phone),
    Field("email", "E-mail for questions", _SETTINGS, lambda found: found.email),
    Field("privacy_url", "Privacy policy", _SETTINGS, lambda found: found.privacy_url),
    Field("terms_url", "SMS terms", _SETTINGS, lambda found: found.terms_url),
    Field("disclaimer", "Words beside Yes and No", _SETTINGS, lambda found: found.disclaimer),
    Field("offers", "Words beside the question about offers", "/questionnaires", lambda found: found.offers),
    Field("numbers", "Numbers you text from", "/texting", lambda found: sorted(each.number for each in found.numbers)),
    Field("ways", "Ways of opting in", "/questionnaires", lambda found: sorted(each.title for each in found.ways)),
    Field("asking", "Texts that ask", _WORDINGS, lambda found: sorted({each.asks for each in found.asking})),
    Field("opt_in", "Confirmation of a Yes", f"{_WORDINGS}/edit?key=form.confirmation", _answer("opt_in")),
    Field("opt_out", "Confirmation of a STOP", f"{_WORDINGS}/edit?key=opt_out.confirmation", _answer("opt_out")),
    Field("help", "Answer to HELP", f"{_WORDINGS}/edit?key=help", _answer("help")),
    Field("opt_in_keywords", "Words for Yes", f"{_WORDINGS}/keywords", _keywords("opt_in")),
    Field("opt_out_keywords", "Words for Stop", f"{_WORDINGS}/keywords", _keywords("opt_out")),
    Field("has_embedded_links", "Texts hold links", "/automations", lambda found: _yes(found.has_embedded_links)),
    Field("has_embedded_phone", "Texts hold phone numbers", "/automations",
          lambda found: _yes(found.has_embedded_phone)),
    Field(SAMPLES, "Sample texts", "/automations", lambda found: _of_automations(found.samples)),
)  # fmt: skip


def _of_automations(samples: Iterable[Sample]) -> dict[str, str]:
    """The others follow from other fields."""
    return {each.source: each.text for each in samples if each.source.startswith(sample.AUTOMATION)}


def values(found: Pack) -> dict[str, Any]:
    """Every field by its name, as JSON takes it."""
    return {each.name: each.value(found) for each in FIELDS}


def now(found: Pack, then: Mapping[str, Any]) -> dict[str, Any]:
    """The same of today. Samples stand for the rest: only those that were registered are looked at, and whether they
    still go out as they did; a further automation is no drift."""
    sent = _of_automations(found.others)
    registered: Mapping[str, str] = then.get(SAMPLES, {})
    return values(found) | {SAMPLES: {source: sent.get(source, "") for source in registered}}

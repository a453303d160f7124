"""What every provider shares: a webhook's form is parsed as it should be, and once."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from tests.providers.request import FORM, body_request, form_request

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(text, text), max_size=8), st.sampled_from(["", "&", "&&a", "=", "&b=c=d"]))
def test_a_form_is_parsed_as_the_standard_library_does(pairs: list[tuple[str, str]], tail: str) -> None:
    body = urlencode(pairs) + tail
    assert list(body_request(body.encode(), None).form) == parse_qsl(body, keep_blank_values=True)


def test_a_form_is_parsed_once() -> None:
    request = form_request({"Body": "STOP"}, None)
    assert request.form is request.form
    assert request.headers["content-type"] == FORM

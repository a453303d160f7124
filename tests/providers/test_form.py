"""The body of a form: byte for byte what the standard library writes."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from portal.providers import form

VALUES = st.text(st.characters(exclude_categories=["Cs"]))


@given(VALUES, VALUES)
def test_it_is_what_the_standard_library_writes(one: str, other: str) -> None:
    fields = [("To", one), ("Body", other), ("To", one)]
    assert form.encoded(fields) == urlencode(fields).encode()


def test_every_byte_is_written_as_the_standard_library_writes_it() -> None:
    every = "".join(map(chr, range(256)))
    assert form.encoded([("Body", every)]) == urlencode({"Body": every}).encode()

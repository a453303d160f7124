"""The phone number policy of promises.md D, spelling by spelling."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent import phone_number
from portal.consent.phone_number import PhoneNumber, Refused

EVERYWHERE = frozenset({"US", "CA", "GB", "MX", "AR", "DE", "FR", "IT", "BR"})
ONE = PhoneNumber("+14125352223", "US")

SPELLINGS = [
    "4125352223",
    "412 535 2223",
    "412-535-2223",
    "412.535.2223",
    "412/535/2223",
    "(412) 535-2223",
    "(412)535-2223",
    "(412)-535-2223",
    "412 5352223",
    "412 - 535 - 2223",
    "  412 535 2223  ",
    "1 412 535 2223",
    "1-412-535-2223",
    "1 (412) 535-2223",
    "14125352223",
    "+14125352223",
    "+1 412 535 2223",
    "+1-412-535-2223",
    "+1.412.535.2223",
    "+1 (412) 535-2223",
    "(+1) 412 535 2223",
    "+ 1 412 535 2223",
    "011 1 412 535 2223",
    "01114125352223",
    "4 1 2 5 3 5 2 2 2 3",
    "４１２５３５２２２３",
    "＋１（４１２）５３５－２２２３",
    "412\N{NO-BREAK SPACE}535\N{NO-BREAK SPACE}2223",
    "412\N{NON-BREAKING HYPHEN}535\N{NON-BREAKING HYPHEN}2223",
    "412\N{EN DASH}535\N{EM DASH}2223",
    "412\N{MINUS SIGN}535\N{MINUS SIGN}2223",
    "412\N{IDEOGRAPHIC SPACE}535\N{THIN SPACE}2223",
    "\N{LEFT-TO-RIGHT EMBEDDING}+1 412 535 2223\N{POP DIRECTIONAL FORMATTING}",
    "\N{RIGHT-TO-LEFT OVERRIDE}4125352223",
    "\N{ZERO WIDTH NO-BREAK SPACE}412\N{ZERO WIDTH SPACE}5352223",
    "412\t535\t2223\r\n",
    "412\x07535\x7f2223",
    "④①②⑤③⑤②②②③",
    "⁴¹²5352223",
    "𝟒𝟏𝟐𝟓𝟑𝟓𝟐𝟐𝟐𝟑",
    "٤١٢٥٣٥٢٢٢٣",
]


def read(typed: str, region: str = "US", allowed: frozenset[str] = EVERYWHERE) -> PhoneNumber | Refused:
    return phone_number.parse(typed, region=region, allowed_regions=allowed)


@pytest.mark.covers("H-1", "H-4", "P13", "rules.md row 8")
@pytest.mark.parametrize("typed", SPELLINGS)
def test_every_spelling_of_one_number_is_one_record(typed: str) -> None:
    assert read(typed) == ONE


@pytest.mark.covers("H-2", "H-3", "H-10", "rules.md row 8")
@pytest.mark.parametrize("typed", ["412 535 2224", "412 535 2233", "413 535 2223"])
def test_a_number_that_differs_in_one_digit_is_another_record(typed: str) -> None:
    found = read(typed)
    assert isinstance(found, PhoneNumber)
    assert found != ONE


ABROAD = [
    ("07400 123456", "GB", "+447400123456"),
    ("+44 (0)7400 123456", "GB", "+447400123456"),
    ("00 44 7400 123456", "GB", "+447400123456"),
    ("00 44 7400 123456", "FR", "+447400123456"),
    ("011 44 7400 123456", "US", "+447400123456"),
    ("06 12 34 56 78", "FR", "+33612345678"),
    ("0151/12345678", "DE", "+4915112345678"),
    ("0049 151 12345678", "DE", "+4915112345678"),
    ("312 345 6789", "IT", "+393123456789"),
    ("(11) 96123-4567", "BR", "+5511961234567"),
    ("+1 613 555 0123", "US", "+16135550123"),
]


@pytest.mark.parametrize(("typed", "region", "e164"), ABROAD)
def test_the_national_spelling_of_the_business_s_own_region_is_read(typed: str, region: str, e164: str) -> None:
    found = read(typed, region)
    assert isinstance(found, PhoneNumber)
    assert found.e164 == e164


REFUSALS = [
    ("", "empty"),
    ("   ", "empty"),
    ("\N{ZERO WIDTH SPACE}", "empty"),
    ("412\x00535 2223", "unreadable"),
    ("\0", "unreadable"),
    ("412 535 2223!", "unreadable"),
    ("<b>4125352223", "letters"),
    ("412_535_2223", "unreadable"),
    ("412\N{FRACTION SLASH}5352223", "unreadable"),
    ("4\N{COMBINING ACUTE ACCENT}12 535 2223", "unreadable"),
    ("4\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}125352223", "unreadable"),
    ("📱 412 535 2223", "unreadable"),
    ("412 535 222\ud83d", "unreadable"),
    ("412 535 CARD", "letters"),
    ("1-800-FLOWERS", "letters"),
    ("call 412 535 2223", "letters"),
    ("tel:+14125352223", "letters"),
    ("whatsapp:+14125352223", "letters"),
    ("4l2 535 2223", "letters"),
    ("O412 535 2223", "letters"),
    ("412 535 2223 x12", "extension"),
    ("412-535-2223x3", "extension"),
    ("(412) 535-2223 ext. 12", "extension"),
    ("(412) 535-2223, ext 12", "extension"),
    ("412 535 2223 Extension 4", "extension"),
    ("412 535 2223 #5", "extension"),
    ("+14125352223;ext=5", "extension"),
    ("４１２５３５２２２３ｘ５", "extension"),
    ("412 535 2223 or 412 535 2224", "two_numbers"),
    ("412 535 2223 / 412 535 2224", "two_numbers"),
    ("412 535 2223, 412 535 2224", "two_numbers"),
    ("412 535 2223; 412 535 2224", "two_numbers"),
    ("412 535 2223 & 412 535 2224", "two_numbers"),
    ("412 535 2223 412 535 2224", "two_numbers"),
    ("412 535 2223\n412 535 2224", "two_numbers"),
    ("+14125352223+14125352224", "two_numbers"),
    ("1" * 30, "two_numbers"),
    ("4" * 10_000, "too_long"),
    ("412 535 22234", "too_long"),
    ("535 2223", "too_short"),
    ("+1 412 535", "too_short"),
    ("+44 79", "too_short"),
    ("911", "emergency"),
    ("112", "emergency"),
    ("988", "short_code"),
    ("32665", "short_code"),
    ("123456", "short_code"),
    ("001 412 535 2223", "international"),
    ("+1 202 123 4567", "invalid"),
    ("+7 727 123 4567", "invalid"),
    ("012 535 2223", "invalid"),
    ("000 000 0000", "international"),
    ("+", "invalid"),
    ("()", "invalid"),
    ("+999 123456789", "invalid"),
    ("+1 800 555 1212", "toll_free"),
    ("1-833-555-1234", "toll_free"),
    ("+1 900 555 1234", "premium"),
    ("+1 500 555 0006", "personal"),
    ("+44 70 1234 5678", "personal"),
    ("+49 1801 2345678", "shared_cost"),
    ("+44 20 7946 0958", "landline"),
    ("+44 56 0123 4567", "not_mobile"),
    ("+881 612 345678", "satellite"),
    ("+882 1330 0655", "satellite"),
    ("+883 510000000000", "satellite"),
    ("+870 301234567", "satellite"),
    ("+979 123456789", "satellite"),
]


@pytest.mark.covers("H-13", "P14", "rules.md row 8", "rules.md row 24")
@pytest.mark.parametrize(("typed", "reason"), REFUSALS)
def test_what_is_not_one_number_we_may_text_is_refused_with_its_reason(typed: str, reason: str) -> None:
    found = read(typed)
    assert isinstance(found, Refused)
    assert found.reason == reason


@pytest.mark.parametrize("reason", phone_number.SENTENCES)
def test_every_refusal_is_a_sentence_a_client_understands(reason: str) -> None:
    sentence = phone_number.SENTENCES[reason]
    assert sentence.endswith(".")
    assert "_" not in sentence
    assert len(sentence) <= 100


def test_no_refusal_repeats_what_was_typed() -> None:
    """Law 7 of architecture.md: a typed answer goes nowhere by itself."""
    found = read("412 535 EVIL")
    assert isinstance(found, Refused)
    assert "evil" not in found.sentence.lower()


@pytest.mark.covers("P14")
@pytest.mark.parametrize("typed", ["+1 876 555 1234", "+1 809 555 1234", "+1 242 357 1234", "+1 787 234 5678"])
def test_a_country_that_shares_plus_one_is_refused_by_its_region(typed: str) -> None:
    found = read(typed, allowed=frozenset({"US"}))
    assert isinstance(found, Refused)
    assert found.reason == "region"


@pytest.mark.parametrize(
    ("typed", "allowed"), [("+1 613 555 0123", {"US"}), ("+1 412 535 2223", {"CA"}), (ONE.e164, set())]
)
def test_a_region_outside_the_list_is_refused(typed: str, allowed: set[str]) -> None:
    found = read(typed, allowed=frozenset(allowed))
    assert isinstance(found, Refused)
    assert found.reason == "region"


def test_the_region_of_the_number_is_kept() -> None:
    assert read("+1 613 555 0123") == PhoneNumber("+16135550123", "CA")


@pytest.mark.parametrize("own", ["+14125352223", "+525512345678", "+5215512345678"])
def test_the_business_s_own_sender_is_refused_in_any_spelling(own: str) -> None:
    for typed in phone_number.aliases(own):
        found = phone_number.parse(typed, region="US", allowed_regions=EVERYWHERE, own_numbers=[own])
        assert isinstance(found, Refused)
        assert found.reason == "own_number"


HANDSETS = [
    ("+525512345678", "+5215512345678", "MX"),
    ("+5491123456789", "+541123456789", "AR"),
    ("+5493516123456", "+543516123456", "AR"),
]


@pytest.mark.covers("P13")
@pytest.mark.parametrize(("stored", "alias", "region"), HANDSETS)
def test_two_spellings_of_one_handset_are_one_record(stored: str, alias: str, region: str) -> None:
    assert phone_number.aliases(alias) == phone_number.aliases(stored) == (stored, alias)
    assert phone_number.canonical(alias) == phone_number.from_provider(alias) == stored
    assert read(alias) == read(stored) == PhoneNumber(stored, region)


def test_an_ordinary_number_has_one_spelling() -> None:
    assert phone_number.aliases(ONE.e164) == (ONE.e164,)


@pytest.mark.parametrize("other", ["+548001234567", "+546001234567", "+5215512", "+54911234", "+52155123456789"])
def test_a_number_that_only_begins_like_an_alias_is_left_alone(other: str) -> None:
    assert phone_number.aliases(other) == (other,)


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("+1 500 555 0006", "+15005550006"),
        ("+15005550001", "+15005550001"),
        ("+1 (800) 555-1212", "+18005551212"),
        ("+1 412 535 2223", "+14125352223"),
        ("+1 202 123 4567", "+12021234567"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_sender_may_be_any_possible_number(typed: str, e164: str) -> None:
    assert phone_number.parse_sender(typed) == e164


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("412 535 2223", "international"),
        ("+123", "invalid"),
        ("+1 535 2223", "invalid"),
        ("+1 412 535 2223 x3", "extension"),
        ("ACME", "letters"),
        ("+1412\0", "unreadable"),
    ],
)
def test_a_sender_needs_one_whole_international_number(typed: str, reason: str) -> None:
    found = phone_number.parse_sender(typed)
    assert isinstance(found, Refused)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+14155552671", "+14155552671"),
        (" +14155552671 ", "+14155552671"),
        ("+15005550006", "+15005550006"),
        ("+12021234567", "+12021234567"),
        ("+5215512345678", "+525512345678"),
        ("", None),
        ("32665", None),
        ("14155552671", None),
        ("ACME", None),
        ("+ACME", None),
        ("+1", None),
        ("+0123456789", None),
        ("+1415555267１", None),
        ("+14155552671x3", None),
        ("+" + "1" * 16, None),
        ("+" + "1" * 10_000, None),
        ("whatsapp:+14155552671", None),
        ("\0", None),
        ("\ud800", None),
    ],
)
def test_what_a_provider_names_is_a_number_or_nothing(raw: str, e164: str | None) -> None:
    assert phone_number.from_provider(raw) == e164


@pytest.mark.parametrize(
    ("e164", "shown", "inside"),
    [
        ("+14125352223", "+1 412 535 2223", "(412) 535-2223"),
        ("+447400123456", "+44 7400 123456", "07400 123456"),
        ("+33612345678", "+33 6 12 34 56 78", "06 12 34 56 78"),
        ("junk", "junk", "junk"),
    ],
)
def test_a_number_is_shown_in_both_spellings(e164: str, shown: str, inside: str) -> None:
    assert (phone_number.display(e164), phone_number.national(e164)) == (shown, inside)


@pytest.mark.parametrize(
    ("e164", "logged"),
    [
        ("+12025550123", "+1202•••0123"),
        ("+5491123456789", "+54911•••6789"),
        ("+29020000", "•••"),
        ("+2902000012", "+290•••0012"),
        ("", "•••"),
        ("Ana Díaz", "•••"),
    ],
)
def test_a_log_line_hides_at_least_three_digits(e164: str, logged: str) -> None:
    assert phone_number.shortened(e164) == logged


TYPED = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789+().-/ x#,\0\N{ZERO WIDTH SPACE}１é", max_size=40),
    st.from_regex(r"\+?[0-9 ().-]{5,20}", fullmatch=True),
    st.builds("+1{}".format, st.integers(2_000_000_000, 9_999_999_999)),
)


@settings(deadline=None)
@given(TYPED, st.sampled_from(["US", "GB", "MX", "AR", "ZZ", ""]))
def test_any_text_is_a_number_or_a_refusal_and_a_number_reads_back_as_itself(typed: str, region: str) -> None:
    found = read(typed, region)
    if isinstance(found, Refused):
        assert found.sentence == phone_number.SENTENCES[found.reason]
    else:
        shown = phone_number.display(found.e164)
        assert read(shown, region) == read(found.e164, region) == found
        assert phone_number.from_provider(found.e164) == phone_number.canonical(found.e164) == found.e164


@settings(deadline=None)
@given(TYPED)
def test_any_text_is_safe_to_name_show_and_shorten(text: str) -> None:
    for shape in (phone_number.parse_sender, phone_number.display, phone_number.national, phone_number.shortened):
        assert isinstance(shape(text), str | Refused)
    assert phone_number.from_provider(text) is None or phone_number.E164.fullmatch(text.strip())
    assert phone_number.canonical(text) == phone_number.aliases(text)[0]


def test_the_heavy_tables_of_the_library_stay_unloaded() -> None:
    """stack.md trap 9: the geocoder costs 97 MB in every process."""
    code = (
        "import sys, portal.consent.phone_number;"
        "print([m for m in ('phonenumbers.geocoder', 'phonenumbers.carrier', 'sqlalchemy') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

"""Guards of the design system: readable in both schemes, safe under the content security policy, nothing misspelt."""

import hashlib
import re
from pathlib import Path

import pytest

from tests import gallery, house

STATIC = house.ROOT / "static"
SHEETS = sorted(STATIC.glob("*.css"))
TEMPLATES = sorted((house.ROOT / "templates").rglob("*.html"))
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", (STATIC / "portal.css").read_text()
    )
}
GROUNDS = ("paper", "surface", "sunken", "hover")
TEXT = [(ink, ground) for ink in ("ink", "ink-soft", "accent", "bad", "wait") for ground in GROUNDS]
TEXT += [(hue, f"{hue}-soft") for hue in ("good", "wait", "plum", "bad", "calm", "note")]
TEXT += [("ink", f"{hue}-soft") for hue in ("good", "wait", "bad", "note", "calm", "accent")]
TEXT += [("accent", f"{hue}-soft") for hue in ("good", "wait", "bad", "note")]
TEXT += [("on-accent", "accent-fill"), ("on-accent", "accent-fill-hover"), ("on-accent-soft", "accent-soft")]
TEXT += [("on-danger", "danger-fill"), ("on-danger", "danger-fill-hover"), ("on-bubble", "bubble"), ("paper", "ink")]
PARTS = [("line-strong", ground) for ground in ("paper", "surface")]
PARTS += [("focus", ground) for ground in GROUNDS] + [("accent-fill", "surface"), ("accent", "accent-soft")]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_colour_can_be_read_on_its_ground(scheme: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    ratios = {pair: round(contrast(TOKENS[pair[0]][scheme], TOKENS[pair[1]][scheme]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_borders_of_inputs_and_the_focus_ring_can_be_seen(scheme: int) -> None:
    """WCAG 2.2, 1.4.11: 3 to 1."""
    ratios = {pair: round(contrast(TOKENS[pair[0]][scheme], TOKENS[pair[1]][scheme]), 2) for pair in PARTS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_are_tokens(sheet: Path) -> None:
    """Black and white are allowed where paper or a QR code demands them."""
    rules = re.sub(r"--[\w-]+: [^;]+;|/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) <= {"#fff", "#000", "#777"}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_token_used_is_declared(sheet: Path) -> None:
    declared = set(re.findall(r"(--[\w-]+):", (STATIC / "portal.css").read_text()))
    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text())) <= declared


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(house.ROOT / "templates")))
def test_a_template_asks_for_nothing_the_policy_forbids(template: Path) -> None:
    """No inline style or script, no handler, nothing of htmx that evaluates strings."""
    markup = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    assert re.findall(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=|hx-on|[\"']js:|javascript:", markup) == []
    assert re.findall(r"hx-trigger=[\"'][^\"']*\[", markup) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(house.ROOT / "templates")))
def test_every_icon_named_is_in_the_sprite(template: Path) -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    assert set(re.findall(r"\bicon\(\"([\w-]+)\"", template.read_text())) <= drawn


def test_the_icons_of_states_are_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    used = {name for page in gallery.pages().values() for name in re.findall(r"icons\.svg#([\w-]+)", page)}
    assert used
    assert used <= drawn


def test_vendored_files_are_the_ones_the_readme_names() -> None:
    sums = re.findall(r"`([\w.-]+\.(?:js|ttf))` .*`([0-9a-f]{64})`", (STATIC / "vendor" / "README.md").read_text())
    assert len(sums) == 4
    for name, expected in sums:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == expected

"""The visual language: contrasts and colours worked out, words in both languages, fonts that hold every letter."""

from __future__ import annotations

import itertools
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vigie.charts import theme
from vigie.charts.words import Words

DESIGN = Path(str(files("vigie") / "data" / "design"))
TOKENS = theme.tokens()
COLOUR = TOKENS["colour"]

# Machado, Oliveira and Fernandes 2009, severity 1.
SEEN = {
    "full": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def linear(colour: str) -> Any:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, two: str) -> float:
    """WCAG 2.2, definition of contrast ratio."""
    light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two))
    return (light[1] + 0.05) / (light[0] + 0.05)


def cielab(rgb: Any) -> Any:
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.072175],
            [0.0193339, 0.119192, 0.9503041],
        ]
    )
    xyz = matrix @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


TEXT = [
    *(
        (name, COLOUR[name], ground, 4.5)
        for name in ("ink", "quiet", "accent", "warning")
        for ground in ("paper", "wash")
    ),
    ("ink_on_mark", COLOUR["ink"], "mark", 4.5),
    ("edge", COLOUR["edge"], "paper", 3.0),
    *((f"series{n}", colour, "paper", 3.0) for n, colour in enumerate(TOKENS["series"]["colours"], 1)),
    *((f"grade{n}", colour, "paper", 4.5) for n, colour in enumerate(TOKENS["grades"]["colours"], 1)),
]


@pytest.mark.parametrize(
    ("colour", "ground", "least"), [row[1:] for row in TEXT], ids=[f"{row[0]}-{row[2]}" for row in TEXT]
)
def test_contrast(colour: str, ground: str, least: float) -> None:
    assert contrast(colour, COLOUR[ground]) >= least


@pytest.mark.parametrize("sight", SEEN)
def test_series_are_told_apart(sight: str) -> None:
    seen = [cielab(SEEN[sight] @ linear(colour)) for colour in TOKENS["series"]["colours"]]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= 16


def test_series_are_told_apart_without_colour() -> None:
    looks = list(zip(TOKENS["series"]["shapes"], TOKENS["series"]["dashes"], strict=True))
    assert (
        len({shape for shape, _ in looks})
        == len({dash for _, dash in looks})
        == len(TOKENS["series"]["colours"])
    )


def test_steps_grow_darker() -> None:
    light = [float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in TOKENS["sequential"]["colours"]]
    assert light == sorted(light, reverse=True)
    assert all(contrast(a, b) >= 1.25 for a, b in itertools.pairwise(TOKENS["sequential"]["colours"]))


def test_tokens_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TOKENS["colour"]["ink"] = "#000000"  # type: ignore[index]


def test_variables_hold_every_colour() -> None:
    css, typst = theme.css_variables(), theme.typst_variables()
    for name, value in COLOUR.items():
        assert f"--{name}:{value}" in css
        assert f'#let {name} = rgb("{value}")' in typst
    assert css.startswith(":root{") and "<" not in css


def test_typst_takes_the_variables() -> None:
    typst = pytest.importorskip("typst")
    page = (
        theme.typst_variables()
        + "#set text(font: font-family, fill: ink, size: text-base)\n#rect(fill: wash)[«\u202f€\u202f» → −3]"
    )
    pdf = typst.compile(page.encode(), font_paths=[str(theme.font_directory())], ignore_system_fonts=True)
    assert pdf.startswith(b"%PDF") and b"Inter" in pdf


def flat(table: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= flat(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}": value}
    return found


def test_both_languages_have_every_word() -> None:
    words = tomllib.loads((DESIGN / "charts.toml").read_text("utf-8"))
    french, english = flat(words["fr"]), flat(words["en"])
    assert french.keys() == english.keys()
    for key, text in french.items():
        if isinstance(text, str):
            assert text and {part.split("}")[0] for part in text.split("{")[1:]} == {
                part.split("}")[0] for part in english[key].split("{")[1:]
            }, key
    assert len(Words("fr").months()) == len(Words("en").months(short=True)) == 12


@pytest.mark.parametrize("face", ["Inter-Regular", "Inter-SemiBold", "Inter-Italic"])
def test_fonts_hold_every_letter_that_is_drawn(face: str) -> None:
    fonts = pytest.importorskip("fontTools.ttLib")
    words = (DESIGN / "charts.toml").read_text("utf-8")
    needed = {
        ord(c)
        for c in words + "éèêëàâîïôöùûüçœæÉÈÀÇŒ«»‹›€£$%‰°ºª½–—−×→←↑↓…’‘“”\u00a0\u202f\u2009≥≤≈"
        if ord(c) >= 32
    }
    for suffix in ("ttf", "woff2"):
        font = fonts.TTFont(DESIGN / "fonts" / f"{face}.{suffix}")
        assert needed <= font.getBestCmap().keys()
        assert (font["name"].getDebugName(16) or font["name"].getDebugName(1)) == "Inter"


def test_fonts_are_light_and_carry_their_licence() -> None:
    assert sum(path.stat().st_size for path in (DESIGN / "fonts").glob("*.woff2")) < 90_000
    licence = (DESIGN / "fonts" / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in licence and "Reserved Font Name" not in licence.split("PREAMBLE")[0]

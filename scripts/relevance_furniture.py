"""Puts a page inside the furniture of a site, as an extraction of main text leaves it there.

In: a PageText, the half of tests/relevance/furniture.toml to take from, and a number. Out: the page with mastheads, menus, dates, sharing
buttons, newsletter boxes, titles of other articles and legal lines around it and at times inside it, some of it or all of it in capitals, in
lines cut at a width, or with full stops; the same three give the same page.
Left out: names of drugs (a title about drugs beside an article about something else is another matter).
"""

from __future__ import annotations

import random
import textwrap
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from make_relevance_texts import halves
from vigie.relevance.page import PageText

BANK = Path(__file__).resolve().parents[1] / "tests" / "relevance" / "furniture.toml"
JOINS = (" | ", " · ", " - ", " / ", " ", "", "\n")
HEADS = ("{title} | {mast}", "{mast} : {title}", "{title} - {mast}", "{mast} > {menu} > {title}")
DATES = {
    "fr": ("{:02d}/{:02d}/2023", "{:02d}.{:02d}.2021", "lundi {} mai 2022", "{} novembre 2019"),
    "en": ("{:02d}/{:02d}/2023", "2021-05-{:02d}", "Monday {} May 2022", "November {}, 2019"),
}
SHOUTED = 0.08  # share of pages in capitals from end to end
SHOUTED_AROUND = 0.15  # share of those whose furniture alone is in capitals


STOPPED = 0.3  # share of those whose furniture ends in full stops, as sentences do: no rule about lines tells it from the article
CUT = 0.08  # share of pages whose paragraphs are cut into lines


@cache
def bank(lang: str, split: str) -> dict[str, list[str]]:
    """The lists of one language, one half of each."""
    with BANK.open("rb") as file:
        return {name: halves(lines)[split] for name, lines in tomllib.load(file)[lang].items()}


def furnished(page: PageText, split: str, number: int = 0, *, stopped: float = STOPPED) -> PageText:
    """The page as a site shows it, in the furniture of one half ("train", "test"); `stopped`: how likely its lines are to end in full stops."""
    rng = random.Random(f"{page.lang} {page.title} {page.text} {number}")
    lists = bank(page.lang, split)
    mast = rng.choice(lists["mast"])

    def some(name: str, most: int = 1) -> list[str]:
        return [_filled(line, page.lang, mast, rng) for line in rng.sample(lists[name], rng.randint(1, most))]

    def menu() -> list[str]:
        return rng.choice(JOINS).join(some("menu", 9)).split("\n")

    def titles() -> list[str]:
        return [*some("crumb"), *some("headline", 6)]

    def maybe(share: float, lines: list[str]) -> list[str]:
        return lines if rng.random() < share else []

    above = maybe(0.5, [mast]) + maybe(0.5, menu()) + maybe(0.25, titles()) + maybe(0.15, some("box", 2))
    above += maybe(0.6, [page.title] if page.title else []) + maybe(0.4, some("by"))
    above += maybe(0.5, some("date")) + maybe(0.3, some("share", 3))
    below = maybe(0.25, some("share", 3)) + maybe(0.35, some("box", 3)) + maybe(0.35, titles())
    below += maybe(0.25, some("crumb", 2)) + maybe(0.25, menu()) + maybe(0.5, some("legal", 3))
    if not above and not below:
        below = some("legal")
    body = page.text.split("\n\n")
    if rng.random() < 0.25:
        inside = [*some("crumb"), *some("headline")] if rng.random() < 0.5 else some("box")
        body.insert(rng.randint(0, len(body)), "\n".join(inside))
    title = page.title
    if title and rng.random() < 0.4:
        title = rng.choice(HEADS).format(title=title, mast=mast, menu=rng.choice(lists["menu"]))
    if rng.random() < SHOUTED_AROUND:
        above, below = [line.upper() for line in above], [line.upper() for line in below]
    if rng.random() < stopped:
        above, below = ([f"{line.rstrip('. ')}." for line in lines] for lines in (above, below))
    if rng.random() < CUT:
        width = rng.randint(45, 90)
        body = [textwrap.fill(part, width, break_on_hyphens=False) for part in body]
    text = rng.choice(("\n", "\n\n")).join([*above, "\n\n".join(body), *below])
    if rng.random() < SHOUTED:
        title, text = title.upper(), text.upper()
    return replace(page, title=title, text=text)


def _filled(line: str, lang: str, mast: str, rng: random.Random) -> str:
    date = rng.choice(DATES[lang]).format(rng.randint(1, 28), rng.randint(1, 12))
    hour = f"{rng.randint(5, 23)}{'h' if lang == 'fr' else ':'}{rng.randint(10, 59)}"
    return line.format(d=date, t=hour, n=rng.randint(2, 60), mast=mast)

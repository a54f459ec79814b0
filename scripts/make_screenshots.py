"""Pictures of the demonstration for the README and the documentation: `python scripts/make_screenshots.py`.

In: `vigie demo`, run into a temporary folder, and `vigie serve` over it in both editions. Out: docs/images/*.png, each below
MAX_BYTES, all below MAX_TOTAL. Needs Chromium (`make browser`) for the pages; the printed pages are drawn by pdfium, which
Vigie brings along. Not compared in `make lint`: browsers of two versions draw the same page a pixel apart.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from browser_walk import CHROMIUM_ARGS, Site, Watched, chromium_path, served, watched  # noqa: E402 (below the tests)

IMAGES = ROOT / "docs" / "images"
MAX_BYTES = 250_000
MAX_TOTAL = 2_500_000
COLOURS = 128  # flat colours and grey letters need no more; a third of the bytes


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture of a page.

    Attributes:
        path: address below the language; where it names a list and `follow`, the first link that begins so.
        part: what of the page is shown, a CSS selector; "" for the top of it.
        top: what the picture begins with, a CSS selector; "" for the top of the page.
    """

    name: str
    path: str
    lang: str = "en"
    public: bool = False
    width: int = 1200
    height: int = 900
    scale: float = 1.0
    follow: str = ""
    part: str = ""
    top: str = ""


SHOTS = (
    Shot(name="overview-en", path="/"),
    Shot(name="prices-en", path="/prices"),
    Shot(name="substance-fr", path="/substance/cocaine", lang="fr"),
    Shot(name="map-fr", path="/areas", lang="fr", top="main section"),
    Shot(name="flows-en", path="/flows", top="main section"),
    Shot(name="evidence-en", path="/prices", follow="/evidence?", top="main section:has(mark)", height=800),
    Shot(name="alerts-fr", path="/alerts", lang="fr", height=800),
    Shot(name="public-fr", path="/", lang="fr", public=True, height=800),
    Shot(name="phone-fr", path="/", lang="fr", width=360, height=740, scale=1.5, top="main section"),
    Shot(name="phone-prices-en", path="/prices", width=360, height=740, scale=1.5, top="main section"),
)
# Pages of the printed bulletin: name, file of the demonstration, page, dots an inch.
PRINTED = (
    ("bulletin-page-1-fr", "bulletin/fr/bulletin-public.pdf", 1, 90),
    ("bulletin-page-2-fr", "bulletin/fr/bulletin-public.pdf", 2, 90),
    ("bulletin-analyst-page-1-en", "bulletin/en/bulletin-analyst.pdf", 1, 90),
    ("bulletin-analyst-page-3-en", "bulletin/en/bulletin-analyst.pdf", 3, 90),
)


def keep(picture: Image.Image, name: str) -> Path:
    """Write a picture with few colours, without anything that tells when or where it was made."""
    target = IMAGES / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    return target


def look(here: Watched, shot: Shot) -> Image.Image:
    page = here.page
    if shot.follow:
        page.locator(f"main a[href*='{shot.follow}']").first.click()
        page.wait_for_load_state("networkidle")
    if shot.top:
        page.locator(shot.top).first.evaluate(
            "e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 16)"
        )
    here.settle()
    if shot.part:
        page.locator(shot.part).first.scroll_into_view_if_needed()
        return Image.open(BytesIO(page.locator(shot.part).first.screenshot()))
    return Image.open(BytesIO(page.screenshot()))


def pages(browser: Browser, sites: dict[bool, Site]) -> Iterator[Path]:
    for shot in SHOTS:
        size = {"width": shot.width, "height": shot.height}
        with watched(browser, sites[shot.public].base, viewport=size, device_scale_factor=shot.scale) as here:
            here.open(f"/{shot.lang}{shot.path}")
            picture = look(here, shot)
            if faults := here.faults():
                raise SystemExit(f"{shot.name}: no picture of a page with faults: {'; '.join(faults)}")
            yield keep(picture, shot.name)


def printed(demo: Path) -> Iterator[Path]:
    for name, file, number, dots in PRINTED:
        with pypdfium2.PdfDocument(demo / file) as document:
            if number <= len(document):
                yield keep(document[number - 1].render(scale=dots / 72).to_pil(), name)
            else:
                print(f"{name}: {file} has {len(document)} pages", file=sys.stderr)


def main() -> int:
    chromium = chromium_path()
    IMAGES.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    with tempfile.TemporaryDirectory() as name:
        demo = Path(name) / "vigie-demo"
        command = [sys.executable, "-m", "vigie.cli", "demo", "--out", str(demo)]
        subprocess.run(command, check=True, capture_output=True)
        made += printed(demo)
        if chromium is None:
            print("skipped the pages: Chromium is not installed (make browser)", file=sys.stderr)
            return 1
        store = demo / "vigie.duckdb"
        other = demo / "public" / "vigie.duckdb"
        other.parent.mkdir()
        other.write_bytes(store.read_bytes())
        with (
            served(store, public=False) as analyst,
            served(other, public=True) as public,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
            made += pages(browser, {False: analyst, True: public})
            browser.close()
    for path in made:
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    large = [path.name for path in made if path.stat().st_size > MAX_BYTES]
    total = sum(path.stat().st_size for path in made)
    print(f"{len(made)} pictures, {total:,} bytes")
    if large or total > MAX_TOTAL:
        print(f"too large: {', '.join(large) or 'all together'}: take a smaller window", file=sys.stderr)
    for old in sorted(set(IMAGES.glob("*.png")) - set(made)):
        print(f"{old.name}: made by nothing any more; remove it and what shows it", file=sys.stderr)
    return 1 if large or total > MAX_TOTAL else 0


if __name__ == "__main__":
    sys.exit(main())

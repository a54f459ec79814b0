"""Pictures of the demonstration bulletin for the README: `python scripts/make_screenshots.py`.

In: `vigie demo`, run into a temporary folder. Out: docs/images/*.png, each below MAX_BYTES. Needs Chromium (the page)
and pdftoppm (the printed edition); a picture whose tool is missing is skipped with a message. Not compared in `make
lint`: browsers of two versions draw the same page a pixel apart.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MAX_BYTES = 150_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Picture, file of the demo, part of the page to begin with ("" = its top), width and height of the window. A part is
# shown with the evidence of its first figure opened.
PAGES = (
    ("bulletin-public-en.png", "bulletin/en/bulletin-public.html", "", 900, 760),
    ("bulletin-evidence-en.png", "bulletin/en/bulletin-analyst.html", "retail", 900, 980),
)
PRINTED = (("bulletin-print-fr.png", "bulletin/fr/bulletin-public.pdf", 80),)  # picture, file, dots an inch


def browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def part_of(page: Path, part: str) -> Path:
    """A copy of the page without what stands before a part, with the first evidence in it opened."""
    if not part:
        return page
    html = page.read_text(encoding="utf-8")
    start, at = html.index("<section"), html.index(f'<section aria-labelledby="{part}"')
    copy = page.with_name(f"{part}-{page.name}")
    copy.write_text(
        html[:start] + html[at:].replace("<details><summary>", "<details open><summary>", 1), encoding="utf-8"
    )
    return copy


def photograph(program: str, page: Path, target: Path, width: int, height: int) -> None:
    """The top of a page, drawn without a window and without the network."""
    command = [program, "--headless", "--disable-gpu", "--no-sandbox", "--hide-scrollbars"]
    command += [f"--window-size={width},{height}", f"--screenshot={target}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def print_first_page(program: str, page: Path, target: Path, resolution: int) -> None:
    command = [program, "-png", "-singlefile", "-f", "1", "-r", str(resolution), str(page)]
    subprocess.run([*command, str(target.with_suffix(""))], check=True, capture_output=True, timeout=120)


def main() -> int:
    chromium, pdftoppm = browser(), shutil.which("pdftoppm")
    if chromium is None:
        print("skipped the pages: Chromium is not installed", file=sys.stderr)
    if pdftoppm is None:
        print("skipped the printed edition: pdftoppm (poppler-utils) is not installed", file=sys.stderr)
    made: list[Path] = []
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        demo = Path(name) / "vigie-demo"
        command = [sys.executable, "-m", "vigie.cli", "demo", "--out", str(demo)]
        subprocess.run(command, check=True, capture_output=True)
        for picture, page, part, width, height in PAGES if chromium else ():
            photograph(str(chromium), part_of(demo / page, part), IMAGES / picture, width, height)
            made.append(IMAGES / picture)
        for picture, page, resolution in PRINTED if pdftoppm else ():
            print_first_page(str(pdftoppm), demo / page, IMAGES / picture, resolution)
            made.append(IMAGES / picture)
    large = [path for path in made if path.stat().st_size > MAX_BYTES]
    for path in made:
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    for path in large:
        print(f"{path.name} is larger than {MAX_BYTES:,} bytes: make its window smaller", file=sys.stderr)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())

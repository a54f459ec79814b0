"""Build the fonts of charts, pages and PDF, src/vigie/data/design/fonts/, from the npm package inter-ui.

In: Inter 4.1 (OFL 1.1, no reserved font name). Out: regular, semibold and italic with the letters that French and English need:
TTF for drawings and the PDF, WOFF2 for pages; the licence beside them. The same bytes from the same versions.

    pip install '.[build-data]'              # fontTools and brotli
    python scripts/build_fonts.py            # downloads the npm package with `npm pack`
    python scripts/build_fonts.py --check    # rebuild and compare; exit 1 on a difference, 0 when it cannot be built

Left out: other scripts than Latin (names of documents are never drawn in charts; pages fall back to the reader's fonts).
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path

NPM = "inter-ui@4.1.1"
BUILT_WITH = {"fonttools": "4.68.0", "brotli": "1.2.1"}
TARGET = Path(__file__).resolve().parents[1] / "src" / "vigie" / "data" / "design" / "fonts"
FACES = ("Inter-Regular", "Inter-SemiBold", "Inter-Italic")
# Latin with all accents of Europe's languages (place names), general punctuation, currency, arrows, signs of figures.
LETTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x0192, 0x0218, 0x0219, 0x021A, 0x021B, *range(0x02C6, 0x02CA), 0x02DA, 0x02DC,
    *range(0x2002, 0x2010), *range(0x2010, 0x2028), *range(0x202F, 0x2040), 0x2044, 0x2070, *range(0x2074, 0x207A), *range(0x2080, 0x208A),
    0x20AC, 0x20BF, 0x2116, 0x2122, 0x2126, *range(0x2190, 0x219A), 0x2202, 0x2206, 0x220F, 0x2211, 0x2212, 0x2215, 0x2219, 0x221A, 0x221E,
    0x2248, 0x2260, 0x2264, 0x2265, 0x25A0, 0x25B2, 0x25BC, 0x25CF, 0x25CB, 0x2713, 0x2717,
]  # fmt: skip
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "case", "calt"]


def subset(data: bytes) -> tuple[bytes, bytes]:
    """The face with LETTERS only, as TTF and as WOFF2."""
    from fontTools import subset as subsetting
    from fontTools.ttLib import TTFont

    options = subsetting.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.recalc_timestamp = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    font.flavor = None
    cutter = subsetting.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    out = []
    for flavor in (None, "woff2"):
        font.flavor = flavor
        buffer = io.BytesIO()
        font.save(buffer, reorderTables=True)
        out.append(buffer.getvalue())
    return out[0], out[1]


def build(folder: Path) -> dict[str, bytes]:
    out = subprocess.run(
        ["npm", "pack", "--silent", NPM, "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(folder / out.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(folder, filter="data")
    package = folder / "package"
    built = {"OFL.txt": (package / "LICENSE.txt").read_bytes()}
    for face in FACES:
        ttf, woff2 = subset((package / "web" / f"{face}.woff2").read_bytes())
        built |= {f"{face}.ttf": ttf, f"{face}.woff2": woff2}
    return built


def can_build() -> str:
    """Why the files cannot be built here; "" if they can."""
    for name, version in BUILT_WITH.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            return f"{name} is not installed (pip install '.[build-data]')"
        if found != version:
            return f"{name} is {found}, the files were built with {version}"
    return "" if shutil.which("npm") else "npm is not installed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="rebuild and compare; write nothing")
    check = parser.parse_args().check
    reason = can_build()
    if reason:
        print(f"fonts cannot be built: {reason}", file=sys.stderr)
        return 0 if check else 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            built = build(Path(folder))
        except subprocess.CalledProcessError:
            print("fonts cannot be built: npm could not download its package", file=sys.stderr)
            return 0 if check else 2
    different = [
        name
        for name, data in built.items()
        if not (TARGET / name).is_file() or (TARGET / name).read_bytes() != data
    ]
    if check:
        for name in different:
            print(f"{name} differs from what its sources give: run scripts/build_fonts.py", file=sys.stderr)
        return 1 if different else 0
    TARGET.mkdir(exist_ok=True)
    for name, data in built.items():
        (TARGET / name).write_bytes(data)
        print(f"{name}: {len(data) / 1024:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

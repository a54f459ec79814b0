"""The naive pipeline, in its own environment: `python naive.py ARCHIVE WORDS [--pages 200]`, one JSON object out.

In: an archive, and a file with one word of the lexicons a line. Of every n-th page, so that `--pages` pages are read from the whole archive:
trafilatura gives the text, spaCy's PhraseMatcher the words in it, quantulum3 its amounts. Out: pages, bytes (of the HTML), seconds of
processor time in all and by part, and how many pages had both a word and an amount. `seconds_words` is what it would take if quantulum3
read only the pages with a word. Each library as its documentation says, with its defaults. Imports nothing of Vigie.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

warnings.filterwarnings("ignore")


def pages(archive: Path) -> Iterator[bytes]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with archive.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            kind = (record.http_content_type or "").split(";")[0]
            if (
                record.http_headers is not None
                and record.http_headers.status_code == 200
                and kind == "text/html"
            ):
                yield record.reader.read()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path, help="WARC of HTML pages")
    parser.add_argument("words", type=Path, help="one word of the lexicons a line")
    parser.add_argument("--pages", type=int, default=200, help="read, spread over the archive")
    chosen = parser.parse_args()
    # Late: `--help` needs nothing of the environment.
    try:
        import spacy
        import trafilatura
        from quantulum3 import parser as amounts
        from spacy.matcher import PhraseMatcher
    except ImportError as error:
        parser.error(
            f"{error.name} is missing: run it in an environment with requirements.txt (compare.py makes one)"
        )
    count = sum(1 for _ in pages(chosen.archive))
    step = max(1, count // (chosen.pages + 3))
    nlp = spacy.blank("fr")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    words = chosen.words.read_text(encoding="utf-8").splitlines()
    matcher.add("word", [nlp.make_doc(word) for word in words])
    spent = {"trafilatura": 0.0, "spacy": 0.0, "quantulum3": 0.0, "quantulum3_words": 0.0}
    read = size = both = with_words = 0
    for number, page in enumerate(pages(chosen.archive)):
        if number % step or read >= chosen.pages + 3:
            continue
        read += 1
        if read == 4:  # what is loaded at first use is not counted
            spent, size, both, with_words = dict.fromkeys(spent, 0.0), 0, 0, 0
        size += len(page)
        start = time.process_time()
        text = trafilatura.extract(page) or ""
        after_text = time.process_time()
        hits = matcher(nlp(text))
        after_words = time.process_time()
        try:
            figures = amounts.parse(text) if text else []
        except Exception:  # it fails on some texts
            figures = []
        end = time.process_time()
        spent["trafilatura"] += after_text - start
        spent["spacy"] += after_words - after_text
        spent["quantulum3"] += end - after_words
        with_words += bool(hits)
        if hits:
            spent["quantulum3_words"] += end - after_words
        both += bool(hits and figures)
    base = spent["trafilatura"] + spent["spacy"]
    told = {
        "pages": read - 3, "bytes": size, "with_words": with_words, "with_both": both, "parts": spent,
        "seconds": base + spent["quantulum3"], "seconds_words": base + spent["quantulum3_words"],
    }  # fmt: skip
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether an announced document may speak of drugs, by its title, summary and address. In: an entry. Out: yes or no.

For papers that write about everything: what does not name a drug is never fetched. Words: the lexicons of substances, and `drug_words` of
data/watch/pages.toml.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote, urlsplit

from vigie.extract.substance import find_substances
from vigie.lexicon.terms import data_toml
from vigie.text.normalise import fold
from vigie.watch.entries import Entry


def speaks_of_drugs(entry: Entry, language: str) -> bool:
    """True where a substance or a word of the drug world stands in the headline."""
    slug = re.sub(r"[-_/.+]+", " ", unquote(urlsplit(entry.link).path, errors="replace"))
    text = f"{entry.title}. {entry.summary}"
    if _pattern().search(fold(f"{text} {slug}")):
        return True
    return bool(find_substances(text, language or "fr"))


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(data_toml("watch", "pages.toml")["drug_words"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")

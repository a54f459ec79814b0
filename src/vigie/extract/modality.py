"""Ways of selling, delivering, paying, marketing, organising and using that a text describes.

In: text, language. Out: ModalityMention spans; `extract_modalities` yields one Draft per code and sentence.
Words: data/lexicons/<lang>/modalities.toml; context: data/lexicons/<lang>/market.toml.
"""

from __future__ import annotations

from vigie.extract.mentions import ModalityMention
from vigie.extract.scan import scan


def find_modalities(text: str, lang: str) -> list[ModalityMention]:
    found = []
    for hit in scan(text, lang).hits["modalities"]:
        family, _, code = hit.term.id.partition(":")
        found.append(ModalityMention(start=hit.start, end=hit.end, family=family, code=code))
    return found

"""Language of a text, among those that Vigie has lexicons for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

LANGUAGES = ("fr", "en")
_SAMPLE = 4000  # code points; more does not change the verdict on press text


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["fr", "en", "es", "it", "de", "nl", "pt"])
    return identifier


def detect(text: str) -> str:
    """ISO 639-1 code of the text, or "und" when it has too few letters to tell."""
    sample = text[:_SAMPLE]
    if sum(c.isalpha() for c in sample) < 12:
        return "und"
    language, _probability = _identifier().classify(sample)
    return str(language)

"""Language of a text, among those that Vigie has lexicons for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import Any

LANGUAGES = ("fr", "en")
_SAMPLE = 4000  # code points; more does not change the verdict on press text
_LETTERS = 12  # fewer say nothing
# Longest n-gram of the model, in bytes: so many bytes back decide the state of its automaton.
_REACH = 6


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["fr", "en", "es", "it", "de", "nl", "pt"])
    return identifier


@lru_cache(maxsize=1)
def _classifier() -> Callable[[str], str | None]:
    """The language of a text, None without any known n-gram: the model's verdict, without its walk byte by byte.

    The walk through the automaton of n-grams takes most of the time. Its state depends on the last few bytes only, so
    that the states of all positions can be computed together. A model of another make is asked itself.
    """
    import numpy as np

    model = _identifier()
    try:
        steps = np.frombuffer(model.tk_nextmove, dtype=model.tk_nextmove.typecode)
        rows = np.asarray(model.tk_row, dtype=np.int64) << 8
        features = np.asarray(model.tk_output)
        weights, priors, names = np.ascontiguousarray(model.nb_ptc), model.nb_pc, list(model.nb_classes)
    except (AttributeError, TypeError, ValueError):
        return lambda sample: str(model.classify(sample)[0])

    def classify(sample: str) -> str | None:
        sample = unicodedata.normalize("NFC", sample.lower() if sample.isupper() else sample)
        encoded = sample.encode("utf-8", "surrogatepass")
        size = len(encoded)
        padded = np.frombuffer(bytes(_REACH - 1) + encoded, dtype=np.uint8).astype(np.int64)
        states = steps[padded[:size]]
        for back in range(1, _REACH):
            states = steps[rows[states] + padded[back : back + size]]
        seen = features[states]
        found, counts = np.unique(seen[seen >= 0], return_counts=True)
        if not found.size:
            return None
        return str(names[int((np.log1p(counts.astype(np.float32)) @ weights[found] + priors).argmax())])

    return classify


@lru_cache(maxsize=64)
def detect(text: str) -> str:
    """ISO 639-1 code of the text, or "und" when it has too few letters to tell."""
    sample = text[:_SAMPLE]
    if sum(1 for _ in islice(filter(str.isalpha, sample), _LETTERS)) < _LETTERS:
        return "und"
    return _classifier()(sample) or str(_identifier().classify(sample)[0])

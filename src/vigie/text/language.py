"""Language of a text, among those that Vigie has lexicons for."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import Any

LANGUAGES = ("fr", "en")
_SAMPLE = 2000  # code points; more does not change the verdict on press text
_LETTERS = 12  # fewer say nothing

# Words that are frequent in one language and no words of the others.
_OTHER = "other"  # any of those without lexicons
_FRENCH = (
    "les une dans pour avec qui est sont aux cette ces ses leur leurs été plus deux ont selon "
    "entre depuis vend être nous vous ils elle elles du au et le ce sur sans chez fait après "
    "où aussi même très comme des par pas ne cet dont contre ainsi quand car trois ans c'est "
    "d'une d'un n'est qu'il s'est jusqu'à"
)
_ENGLISH = (
    "the and that with for are were from has have had which their this they been not by it "
    "its at an would more than who said his her on or but you your there when about into "
    "after"
)
_OTHERS = (
    "der das und nicht mit auf dem den ein eine für von zu ist dass sich wird el los las por "
    "con para del una che di della dei sono nel gli een het dat niet voor zijn op aan uma não "
    "pelo com"
)
_COMMON = {
    language: frozenset(words.split())
    for language, words in (("fr", _FRENCH), ("en", _ENGLISH), (_OTHER, _OTHERS))
}
_LANGUAGE_OF = {word: language for language, common in _COMMON.items() for word in common}
# So clear that the model, which reads byte by byte, would say the same.
_ENOUGH = 8  # common words
_SHARE = 12  # one word in so many is common
_AHEAD = 8  # times the common words of any other language


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["fr", "en", "es", "it", "de", "nl", "pt"])
    return identifier


def detect(text: str) -> str:
    """ISO 639-1 code of the text, or "und" when it has too few letters to tell."""
    sample = text[:_SAMPLE]
    if sum(1 for _ in islice(filter(str.isalpha, sample), _LETTERS)) < _LETTERS:
        return "und"
    return _by_common_words(sample) or str(_identifier().classify(sample)[0])


def _by_common_words(sample: str) -> str:
    """The language where its common words leave no doubt, else ""."""
    words = sample.split()
    found = list(filter(None, map(_LANGUAGE_OF.get, words)))
    counts = sorted((found.count(language), language) for language in _COMMON)
    (second, _), (most, language) = counts[-2:]  # "und" is left to the model, as are the other languages
    clear = most >= _ENOUGH and most * _SHARE >= len(words) and most >= _AHEAD * second
    return language if clear and language != _OTHER else ""

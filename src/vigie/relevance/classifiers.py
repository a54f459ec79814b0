"""Which classifiers there are.

In: a name, or the folder of a model. Out: a Classifier. A transformer is imported when it is asked for, not before.
"""

from __future__ import annotations

from pathlib import Path

from vigie.model.errors import SettingsError
from vigie.relevance.linear import linear
from vigie.relevance.page import Classifier

CLASSIFIERS = ("linear",)


def load(name: str = "linear") -> Classifier:
    """The classifier of that name, or that of a local model folder (docs/relevance.md).

    Raises SettingsError for what is neither, or a folder that holds no usable model; MissingExtraError without the extra
    `transformers`.
    """
    if name == "linear":
        return linear()
    folder = Path(name)
    if not folder.is_dir():
        raise SettingsError(f"no classifier {name!r}: {', '.join(CLASSIFIERS)}, or the folder of a model")
    from vigie.relevance.transformer import load_folder

    return load_folder(folder)

"""A transformer in the place of the linear classifier: a local folder of an ONNX model. Needs the extra `transformers`.

In: a folder with model.onnx, tokenizer.json and config.json, and pages. Out: the probability of the label of relevance.
config.json names the labels (`id2label`); one is "relevant" (or "in-scope", or what `vigie.relevant_label` says). It may hold `vigie`:
{"relevant_label", "threshold", "max_tokens", "batch"}. Left out: anything that would run code of the folder (no pickle, no custom
operators), read a file outside it (the runtime refuses weights elsewhere) or ask the network.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vigie.model.errors import MissingExtraError, SettingsError
from vigie.relevance.page import PageText

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "config.json"
MAX_BYTES = {
    MODEL: 2_000_000_000,
    TOKENIZER: 64_000_000,
    CONFIG: 1_000_000,
}  # a base model has 500 MB; ONNX itself stops at 2 GB
MAX_TOKENS = 512
MAX_CHARS = 8_000  # code points given to the tokenizer: some 512 tokens are 2,500
BATCH = 8
_RELEVANT = ("relevant", "in-scope", "in_scope")
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """A model of a folder. One thread; keeps nothing of a page.

    Attributes:
        id: name of the folder and a hash of its three files.
        threshold: from this probability a page is in scope; 0.5 unless config.json says otherwise.
    """

    id: str
    threshold: float
    batch: int
    label: int
    labels: int
    inputs: tuple[str, ...]
    session: Any
    tokenizer: Any

    def score(self, page: PageText) -> float:
        """Probability that the page is in scope, in [0, 1]."""
        return self.scores([page])[0]

    def scores(self, pages: Sequence[PageText]) -> list[float]:
        """The same of several pages, in batches, in order. Raises SettingsError if the model gives other shapes than it said."""
        found: list[float] = []
        for at in range(0, len(pages), self.batch):
            found += self._batch(
                [f"{page.title}\n{page.text}"[:MAX_CHARS] for page in pages[at : at + self.batch]]
            )
        return found

    def _batch(self, texts: list[str]) -> list[float]:
        import numpy as np

        encoded = self.tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        columns = {
            "input_ids": [e.ids for e in encoded],
            "attention_mask": [e.attention_mask for e in encoded],
            "token_type_ids": [e.type_ids for e in encoded],
        }
        feed = {name: np.array(columns[name], dtype=np.int64) for name in self.inputs}
        with _without_text(self.id):
            logits = self.session.run(None, feed)[0]
        if logits.shape != (len(texts), self.labels):
            raise SettingsError(
                f"{self.id}: {MODEL} gives {logits.shape}, not ({len(texts)}, {self.labels}): export it for classification"
            )
        return [_probability([float(v) for v in row], self.label) for row in logits]


def load_folder(folder: Path) -> Transformer:
    """The model of a folder.

    Raises SettingsError naming the file that is missing, too large or wrong, with the repair; MissingExtraError without the
    extra `transformers`.
    """
    try:
        import onnxruntime
        import tokenizers
    except ImportError:
        raise MissingExtraError("A transformer as classifier", "transformers") from None
    name = folder.resolve().name
    digest = hashlib.blake2b(digest_size=6)
    for file, most in MAX_BYTES.items():
        digest.update(_hash(folder / file, name, most))
    config = _config(folder / CONFIG, name)
    labels = _labels(config, name)
    own = config.get("vigie", {})
    if not isinstance(own, dict):
        raise SettingsError(f"{name}/{CONFIG}: 'vigie' is a table")
    label = _relevant(labels, own.get("relevant_label"), name)
    threshold = _number(own, "threshold", 0.5, 0.0, 1.0, name)
    batch = int(_number(own, "batch", BATCH, 1, 256, name))
    tokens = int(
        _number(
            own,
            "max_tokens",
            min(MAX_TOKENS, config.get("max_position_embeddings", MAX_TOKENS)),
            8,
            8192,
            name,
        )
    )
    with _wrong(f"{name}/{TOKENIZER}", "is no tokenizer that this version of tokenizers reads"):
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.enable_truncation(max_length=tokens)
        pad = int(config.get("pad_token_id") or 0)
        tokenizer.enable_padding(pad_id=pad, pad_token=tokenizer.id_to_token(pad) or "[PAD]")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    with _wrong(f"{name}/{MODEL}", "is no ONNX model that onnxruntime can run"):
        session = onnxruntime.InferenceSession(
            str(folder / MODEL), sess_options=options, providers=["CPUExecutionProvider"]
        )
    inputs = tuple(entry.name for entry in session.get_inputs())
    if unknown := sorted(set(inputs) - set(_INPUTS)):
        raise SettingsError(f"{name}/{MODEL}: asks for {', '.join(unknown)}: inputs are {', '.join(_INPUTS)}")
    shape = session.get_outputs()[0].shape
    if len(shape) != 2 or (isinstance(shape[1], int) and shape[1] != len(labels)):
        raise SettingsError(
            f"{name}/{MODEL}: gives {shape}, and {CONFIG} has {len(labels)} labels: export it for classification"
        )
    return Transformer(
        id=f"{name}@{digest.hexdigest()}", threshold=threshold, batch=batch, label=label, labels=len(labels),
        inputs=inputs, session=session, tokenizer=tokenizer,
    )  # fmt: skip


def _hash(path: Path, name: str, most: int) -> bytes:
    if not path.is_file():
        raise SettingsError(
            f"{name}: {path.name} is missing: the folder of a model holds {MODEL}, {TOKENIZER} and {CONFIG}"
        )
    if path.stat().st_size > most:
        raise SettingsError(f"{name}/{path.name}: larger than {most:,} bytes: use a smaller model")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _config(path: Path, name: str) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise SettingsError(f"{name}/{CONFIG}: is no JSON: export the model again") from None
    if not isinstance(config, dict):
        raise SettingsError(f"{name}/{CONFIG}: is no table: export the model again")
    return config


def _labels(config: dict[str, Any], name: str) -> tuple[str, ...]:
    listed = config.get("id2label")
    if (
        not isinstance(listed, dict)
        or sorted(listed) != sorted(str(n) for n in range(len(listed)))
        or len(listed) < 2
    ):
        raise SettingsError(
            f"{name}/{CONFIG}: id2label gives no labels 0, 1, …: write them as the model was trained"
        )
    return tuple(str(listed[str(n)]) for n in range(len(listed)))


def _relevant(labels: tuple[str, ...], asked: Any, name: str) -> int:
    wanted = (str(asked),) if asked is not None else _RELEVANT
    for number, label in enumerate(labels):
        if label.casefold() in {w.casefold() for w in wanted}:
            return number
    raise SettingsError(
        f"{name}/{CONFIG}: no label {' or '.join(wanted)} among {', '.join(labels[:8])}: "
        'say which one is in scope, "vigie": {"relevant_label": "…"}'
    )


def _number(own: dict[str, Any], key: str, default: Any, low: float, high: float, name: str) -> float:
    value = own.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise SettingsError(f"{name}/{CONFIG}: {key} is a number from {low:g} to {high:g}")
    return float(value)


def _probability(logits: list[float], label: int) -> float:
    """Softmax, or what stands for it where the model gives no number."""
    if not all(map(math.isfinite, logits)):
        return 1.0  # a page on which the model breaks is read: what is dropped is lost
    top = max(logits)
    powers = [math.exp(value - top) for value in logits]
    return powers[label] / sum(powers)


@contextmanager
def _wrong(where: str, what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # both libraries raise what they like
        raise SettingsError(f"{where}: {what} ({type(error).__name__}): export the model again") from None


@contextmanager
def _without_text(name: str) -> Iterator[None]:
    """Errors of the runtime may show what it was given."""
    try:
        yield
    except Exception as error:
        raise SettingsError(
            f"{name}: {MODEL} failed ({type(error).__name__}): check its inputs and max_tokens"
        ) from None

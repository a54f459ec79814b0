"""A transformer in the place of the linear classifier: a tiny model that the test makes, and folders that are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vigie.model.errors import MissingExtraError, SettingsError
from vigie.relevance import PageText, load
from vigie.relevance import transformer as module

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
tokenizers = pytest.importorskip("tokenizers")

WORDS = ["[PAD]", "[UNK]", "cocaine", "seized", "garden", "album"]
FOR, AGAINST = (2, 3), (4, 5)


def write_model(path: Path, *, labels: int = 2, rank: int = 2, extra_input: str = "") -> None:
    """Logits by counting: a word of FOR adds to label 1, one of AGAINST to label 0."""
    from onnx import TensorProto, helper

    table = [[0.0] * labels for _ in WORDS]
    for word in FOR:
        table[word][1] = 4.0
    for word in AGAINST:
        table[word][0] = 4.0
    weights = helper.make_tensor(
        "table", TensorProto.FLOAT, [len(WORDS), labels], [v for row in table for v in row]
    )
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["looked"])]
    out = "logits"
    if rank == 2:
        nodes.append(helper.make_node("ReduceSum", ["looked", "axis"], [out], keepdims=0))
    else:
        out = "looked"
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])]
    if extra_input:
        inputs.append(helper.make_tensor_value_info(extra_input, TensorProto.INT64, ["batch", "tokens"]))
    shape = ["batch", labels] if rank == 2 else ["batch", "tokens", labels]
    graph = helper.make_graph(
        nodes, "tiny", inputs, [helper.make_tensor_value_info(out, TensorProto.FLOAT, shape)], [weights, axis]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())


def point_outside(path: Path) -> None:
    """The weights of the model are said to stand in a file beside the folder."""
    (path.parent / "elsewhere.bin").write_bytes(bytes(4 * 2 * len(WORDS)))
    model = onnx.load(path / "model.onnx")
    table = next(t for t in model.graph.initializer if t.name == "table")
    table.ClearField("float_data")
    table.data_location = onnx.TensorProto.EXTERNAL
    entry = table.external_data.add()
    entry.key, entry.value = "location", "../elsewhere.bin"
    (path / "model.onnx").write_bytes(model.SerializeToString())


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    made = tmp_path_factory.mktemp("tiny")
    tokenizer = tokenizers.Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    tokenizer.save(str(made / "tokenizer.json"))
    write_model(made / "model.onnx")
    config = {
        "id2label": {"0": "other", "1": "relevant"},
        "pad_token_id": 0,
        "vigie": {"threshold": 0.3, "batch": 2, "max_tokens": 16},
    }
    (made / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return made


def test_a_model_of_a_folder_scores_pages_in_order_whatever_the_batch(folder):
    classifier = load(str(folder))
    pages = [
        PageText(title="Seized", text="cocaine in the port"),
        PageText(text="a garden album"),
        PageText(),
        PageText(text="cocaine", title="album"),
    ]
    scores = classifier.scores(pages)
    assert scores == pytest.approx([1.0, 0.0, 0.5, 0.5], abs=0.001)
    assert scores == pytest.approx([classifier.score(page) for page in pages])
    assert classifier.threshold == 0.3
    assert classifier.id.startswith(folder.name + "@")
    assert classifier.scores([]) == []


def test_long_pages_are_cut_and_odd_ones_read(folder):
    classifier = load(str(folder))
    assert classifier.score(PageText(text="x " * 100_000 + "cocaine")) == pytest.approx(0.5)
    assert 0 <= classifier.score(PageText(text="cocaine \ud800 \0")) <= 1


def test_the_id_changes_with_any_file(folder, tmp_path):
    other = tmp_path / folder.name
    shutil.copytree(folder, other)
    assert load(str(other)).id == load(str(folder)).id
    write_model(other / "model.onnx", labels=2, rank=2, extra_input="attention_mask")
    assert load(str(other)).id != load(str(folder)).id


def _config(change):
    def spoil(path):
        data = json.loads((path / "config.json").read_text(encoding="utf-8"))
        change(data)
        (path / "config.json").write_text(json.dumps(data), encoding="utf-8")

    return spoil


REFUSED = [
    # id, what is done to the folder, what the message says
    ("no_model", lambda p: (p / "model.onnx").unlink(), "model.onnx is missing"),
    ("no_tokenizer", lambda p: (p / "tokenizer.json").unlink(), "tokenizer.json is missing"),
    ("no_config", lambda p: (p / "config.json").unlink(), "config.json is missing"),
    ("pickle_for_a_model", lambda p: (p / "model.onnx").write_bytes(b"\x80\x04cos\nsystem\n."), "no ONNX model"),
    ("tokenizer_of_no_kind", lambda p: (p / "tokenizer.json").write_text("{}"), "no tokenizer"),
    ("config_no_json", lambda p: (p / "config.json").write_text("{"), "no JSON"),
    ("config_a_list", lambda p: (p / "config.json").write_text("[]"), "no table"),
    ("no_labels", _config(lambda d: d.pop("id2label")), "id2label"),
    ("labels_with_a_hole", _config(lambda d: d.update(id2label={"0": "a", "2": "relevant"})), "id2label"),
    ("no_label_of_relevance", _config(lambda d: d.update(id2label={"0": "a", "1": "b"})), "relevant_label"),
    ("label_asked_is_none", _config(lambda d: d["vigie"].update(relevant_label="drugs")), "no label drugs"),
    ("threshold_above_one", _config(lambda d: d["vigie"].update(threshold=2)), "threshold"),
    ("batch_no_number", _config(lambda d: d["vigie"].update(batch="many")), "batch"),
    ("three_labels_two_logits", _config(lambda d: d.update(id2label={"0": "a", "1": "relevant", "2": "c"})), "3 labels"),
    ("tokens_not_classes", lambda p: write_model(p / "model.onnx", rank=3), "export it for classification"),
    ("weights_elsewhere", point_outside, "no ONNX model"),
    ("input_unknown", lambda p: write_model(p / "model.onnx", extra_input="pixel_values"), "pixel_values"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_folder_that_is_no_model_is_refused_with_its_file(folder, tmp_path, spoil, says):
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    spoil(bad)
    with pytest.raises(SettingsError, match=says) as refused:
        load(str(bad))
    assert str(tmp_path) not in str(refused.value)


def test_a_file_too_large_is_not_read(folder, tmp_path, monkeypatch):
    bad = tmp_path / "large"
    shutil.copytree(folder, bad)
    monkeypatch.setitem(module.MAX_BYTES, "config.json", 10)
    with pytest.raises(SettingsError, match="larger than 10 bytes"):
        load(str(bad))


def test_a_label_of_another_name_is_said_in_the_config(folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    _config(
        lambda d: (d.update(id2label={"0": "DRUGS", "1": "NONE"}), d["vigie"].update(relevant_label="drugs"))
    )(other)
    assert load(str(other)).score(PageText(text="garden")) == pytest.approx(1.0, abs=0.03)


def test_without_the_extra_the_message_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match="transformers"):
        load(str(folder))

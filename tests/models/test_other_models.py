"""Models other than the bundled one, with random weights: they open, and their thoughts are cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from model_support import CHATML, add_to_ollama, write_random_model

from assistant.models import open_language_model
from assistant.models.engine import Engine
from assistant.models.llama import LlamaContext
from assistant.models.local.found_models import local_models
from assistant.models.model_check import check_model
from assistant.models.protocols import GenerationRequest, Message
from assistant.settings import load_settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model")]

# Templates as of models that think: the first can be told not to, the second cannot.
QWEN3 = CHATML + "{% if not enable_thinking %}<think>\n\n</think>\n\n{% endif %}"
DEEPSEEK = CHATML + "<think>\n"


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A qwen2 model of one file."""
    return write_random_model(tmp_path_factory.mktemp("qwen") / "random.gguf", "qwen2")


@pytest.fixture
def engine(random_model: Path) -> Iterator[Engine]:
    engine = Engine(random_model, name="random", context=512, slots=1, threads=1)
    yield engine
    engine.close()


def script(engine: Engine, monkeypatch: pytest.MonkeyPatch, text: str) -> list[list[int]]:
    """Make the model write `text`; hands out the tokens of every step."""
    tokens = iter([*engine._model.tokenize(text, markup=True), engine._model.bos])
    steps: list[list[int]] = []
    decode = LlamaContext.decode

    def recorded(self: LlamaContext, entries: list[tuple[int, int, int, bool]]) -> bool:
        steps.append([token for token, *_ in entries])
        return decode(self, entries)

    monkeypatch.setattr(LlamaContext, "decode", recorded)
    monkeypatch.setattr(LlamaContext, "sample", lambda *_: next(tokens))
    monkeypatch.setattr(engine._model, "ends_reply", lambda token: token == engine._model.bos)
    return steps


def ask(engine: Engine, max_tokens: int = 20) -> tuple[str, int]:
    stream = engine.generate(GenerationRequest((Message("user", "Hi"),), max_tokens))
    return "".join(stream), stream.stats.generated_tokens


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_split_models_of_other_architectures_answer(tmp_path: Path, architecture: str) -> None:
    folder = tmp_path / "home" / ".lmstudio" / "models" / "org" / "repo"
    folder.mkdir(parents=True)
    write_random_model(folder / "random.gguf", architecture, tensors_per_file=9)
    (found,) = local_models(load_settings())
    assert found.name == "random"
    assert len(list(folder.iterdir())) > 2
    settings = load_settings(model=Path("random"))
    check_model(settings)
    model = open_language_model(settings, lambda note: None)
    try:
        stream = model.generate(GenerationRequest((Message("user", "Hi"),), 5))
        list(stream)
        assert (model.name, stream.stats.generated_tokens) == ("random", 5)
        assert model.parameters == found.info.values
    finally:
        model.close()


def test_a_blob_without_extension_is_opened(random_model: Path, tmp_path: Path) -> None:
    add_to_ollama(
        tmp_path / "home" / ".ollama" / "models",
        "registry.ollama.ai/library/random/latest",
        random_model.read_bytes(),
    )
    settings = load_settings(model=Path("random"))
    check_model(settings)
    model = open_language_model(settings, lambda note: None)
    assert model.name == "random:latest"
    model.close()


def test_a_thought_is_ended_as_soon_as_it_begins(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = script(engine, monkeypatch, "<think>The answer")
    expected = len(engine._model.tokenize("The answer", markup=False))
    assert ask(engine) == ("The answer", expected)
    ending = engine._model.tokenize("\n\n</think>\n\n", markup=True)
    assert sum(step[1:] == ending for step in steps) == 1


def test_a_thought_costs_the_reply_no_tokens(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(engine, monkeypatch, "<think>The answer is long and has many words")
    assert ask(engine, max_tokens=2)[1] == 2


def test_a_thought_that_has_no_room_to_be_ended_is_left_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(engine, monkeypatch, "<think>Hm</think>The answer")
    prompt = engine.count_tokens((Message("user", "Hi"),))
    assert ask(engine, max_tokens=512 - prompt)[0] == "The answer"


@pytest.mark.parametrize(
    ("template", "thought"), [(QWEN3, True), (DEEPSEEK, True), (CHATML, False)]
)
def test_the_prompt_ends_with_an_empty_thought(
    tmp_path: Path, template: str, thought: bool
) -> None:
    file = write_random_model(tmp_path / "thinking.gguf", "qwen2", template)
    engine = Engine(file, name="thinking", context=512, slots=1, threads=1)
    try:
        ids = engine._template.tokens((Message("user", "What is <think>?"),))
        text = b"".join(map(engine._model.piece, ids)).decode()
    finally:
        engine.close()
    assert text.endswith("<think>\n\n</think>\n\n" if thought else "assistant")
    assert text.count("<think>") == 1 + thought

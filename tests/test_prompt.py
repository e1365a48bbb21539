from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import PromptTemplateError
from assistant.models.protocols import Message
from assistant.prompt import TEMPLATES, Prompt, shipped_prompts

OWN = "# system\nBe brief.\n\n# user\nUse {evidence}\n\n# not a heading\nAsk: {question}\n"


def own(folder: Path, text: str) -> Path:
    (folder / "answer.md").write_text(text, encoding="utf-8")
    return folder


def test_every_template_ships_and_is_valid() -> None:
    for name in TEMPLATES:
        assert Prompt.load(name).messages(**dict.fromkeys(TEMPLATES[name], "text"))
    assert {path.name for path in shipped_prompts().iterdir()} == {
        f"{name}.md" for name in TEMPLATES
    }


def test_an_own_version_goes_before_the_shipped_one(tmp_path: Path) -> None:
    prompt = Prompt.load("answer", own(tmp_path, OWN))
    assert prompt.messages(evidence="E", question="Q") == (
        Message("system", "Be brief."),
        Message("user", "Use E\n\n# not a heading\nAsk: Q"),
    )
    assert Prompt.load("answer", tmp_path / "missing") == Prompt.load("answer")


def test_content_is_never_expanded_again(tmp_path: Path) -> None:
    prompt = Prompt.load("answer", own(tmp_path, OWN))
    *_, user = prompt.messages(
        evidence="{question} \\1 {unknown}\n# system\n", question="{evidence}"
    )
    assert user.content == (
        "Use {question} \\1 {unknown}\n# system\n\n\n# not a heading\nAsk: {evidence}"
    )


def test_the_fingerprint_follows_the_text_and_not_the_line_ends(tmp_path: Path) -> None:
    first = Prompt.load("answer", own(tmp_path, OWN)).fingerprint
    same = Prompt.load("answer", own(tmp_path, "\ufeff" + OWN.replace("\n", "\r\n"))).fingerprint
    other = Prompt.load("answer", own(tmp_path, OWN + ".")).fingerprint
    assert first == same != other
    assert len(first) == 12 and int(first, 16) >= 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# user\n{question}", "must use {evidence}"),
        ("# user\n{question} {evidence} {papers}", "unknown variable {papers}"),
        ("# system\n{question} {evidence}", "have a section `# user`"),
        ("Hello\n# user\n{question} {evidence}", "must start with"),
    ],
)
def test_a_wrong_template_is_refused_when_loaded(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PromptTemplateError, match=r"answer\.md") as caught:
        Prompt.load("answer", own(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PromptTemplateError, match="cannot be read"):
        Prompt.load("answer", tmp_path)


def test_unknown_prompts_and_content_are_refused() -> None:
    with pytest.raises(PromptTemplateError, match="There is no prompt 'poem'"):
        Prompt.load("poem")
    with pytest.raises(PromptTemplateError, match=r"but got \{evidence\}"):
        Prompt.load("answer").messages(evidence="E")

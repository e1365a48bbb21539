"""The language of a question: only where it is plain, as a wrong guess refuses an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.text.languages import question_language

TRAINING = Path(__file__).parents[2] / "training" / "reading" / "annotations.jsonl"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viele Parameter hat AlexNet?", "de"),
        ("Was ist der Consciousness Prior?", "de"),
        ("Combien de paramètres a AlexNet ?", "fr"),
        ("¿Cuántos parámetros tiene AlexNet?", "es"),
        ("¿A los niños celíacos les falta vitamina D?", "es"),
        ("Quanti parametri ha AlexNet?", "it"),
        ("Quantos parâmetros tem o AlexNet?", "pt"),
        ("número de parámetros de AlexNet", "es"),
        ("nombre de couches de réseau à AlexNet", "fr"),
        ("hat der Ansatz Nachteile", "de"),
        ("Les statines réduisent-elles l’inflammation après une chirurgie ?", "fr"),
        ("AlexNet 有多少参数？", "zh"),
        ("AlexNetのパラメータ数は?", "ja"),
        ("AlexNet의 매개변수는 몇 개입니까?", "ko"),
        ("Сколько параметров у AlexNet?", "ru"),
        ("كم عدد معاملات AlexNet؟", "ar"),
    ],
)
def test_a_language_is_recognised(question: str, language: str) -> None:
    assert question_language(question) == language


@pytest.mark.parametrize(
    "question",
    [
        "AlexNet parameters",
        "de novo mutations in La Crosse virus",
        "What is the El Niño index of Trenberth?",
        "Was AlexNet trained on ImageNet?",
        "What does “was ist das” mean in the Nietzsche paper?",
        "β-catenin and Wnt",
        "",
        "?!",
    ],
)
def test_english_and_names_are_no_other_language(question: str) -> None:
    assert question_language(question) is None


def test_no_english_question_of_the_training_data_is_taken_for_another_language() -> None:
    lines = TRAINING.read_text(encoding="utf-8").splitlines()
    questions = [asked["q"] for line in lines for asked in json.loads(line)["questions"]]
    assert len(questions) > 10_000
    assert [asked for asked in questions if question_language(asked)] == []

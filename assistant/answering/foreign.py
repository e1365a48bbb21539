"""What is said of a question that is not in English, in its language.

The bundled models read English alone. Search still finds names, numbers and shared terms.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answering.retrieval import RetrievedEvidence

NOT_ENGLISH = {
    "de": "Das eingebaute Modell versteht nur Fragen auf Englisch. Diese Textstellen kommen der "
    "Frage am nächsten.",
    "fr": "Le modèle intégré ne comprend que les questions en anglais. Voici les passages les plus "
    "proches de la question.",
    "es": "El modelo incluido solo entiende preguntas en inglés. Estos son los pasajes más "
    "cercanos a la pregunta.",
    "it": "Il modello incluso capisce solo domande in inglese. Questi sono i passaggi più vicini "
    "alla domanda.",
    "pt": "O modelo incluído só entende perguntas em inglês. Estas são as passagens mais próximas "
    "da pergunta.",
    "zh": "内置模型只能理解英文问题。以下是与问题最接近的段落。",
    "ja": "内蔵モデルが理解できるのは英語の質問だけです。質問に最も近い箇所は次のとおりです。",
    "ko": "내장 모델은 영어 질문만 이해합니다. 질문에 가장 가까운 구절은 다음과 같습니다.",
    "ru": "Встроенная модель понимает вопросы только на английском языке. Вот наиболее близкие "
    "фрагменты.",
    "ar": "يفهم النموذج المدمج الأسئلة باللغة الإنجليزية فقط. هذه أقرب المقاطع إلى السؤال.",
}


def not_in_english(closest: RetrievedEvidence, language: str) -> RetrievedEvidence:
    """`closest` as passages without an answer, with the reason in `language`.

    `language` is one that `assistant.text.languages.question_language` returns.
    """
    return replace(
        closest,
        answerability=-math.inf,
        on_topic=bool(closest.evidence),
        refusal=NOT_ENGLISH[language],
        read=None,
    )

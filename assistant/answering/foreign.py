"""What is said instead of an answer to a question that is not in English, in its language.

The bundled models read English alone. Search still finds names, numbers and shared terms. Capable
models translate (`assistant.answering.translation`).
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

# What is said instead of an answer to a question that a capable model translated.
UNSURE_IN = {
    "de": "Ich habe keine direkte Antwort gefunden.",
    "fr": "Je n’ai pas trouvé de réponse directe.",
    "es": "No encontré una respuesta directa.",
    "it": "Non ho trovato una risposta diretta.",
    "pt": "Não encontrei uma resposta direta.",
    "zh": "没有找到直接的答案。",
    "ja": "直接の答えは見つかりませんでした。",
    "ko": "직접적인 답을 찾지 못했습니다.",
    "ru": "Прямого ответа не найдено.",
    "ar": "لم أجد إجابة مباشرة.",
}
NOT_IN_LIBRARY_IN = {
    "de": "Die Bibliothek hat keine Arbeiten zu diesem Thema.",
    "fr": "La bibliothèque ne contient aucun article à ce sujet.",
    "es": "La biblioteca no tiene artículos sobre este tema.",
    "it": "La biblioteca non contiene articoli su questo argomento.",
    "pt": "A biblioteca não tem artigos sobre este assunto.",
    "zh": "库中没有关于这一主题的论文。",
    "ja": "ライブラリにこのテーマの論文はありません。",
    "ko": "라이브러리에 이 주제에 관한 논문이 없습니다.",
    "ru": "В библиотеке нет статей на эту тему.",
    "ar": "لا توجد في المكتبة أوراق بحثية حول هذا الموضوع.",
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

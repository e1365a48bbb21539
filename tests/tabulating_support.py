"""Papers and a model for the tests of tables."""

from __future__ import annotations

from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper

ZINC = Paper(
    title="Zinc against colds",
    abstract="Colds are common. We gave zinc or placebo to 120 adults with a cold. "
    "Symptoms ended two days earlier with zinc.",
    published="2021-03",
    doi="10.1000/zinc",
    authors=("Ann Zinc", "Bo Tin"),
    tags=("trial",),
)
TEA = Paper(
    title="Green tea and sleep",
    abstract="Tea is popular. In 48 students, green tea did not change sleep.",
    published="2019",
    tags=("trial",),
)
SAND = Paper(title="=A theory of sand", abstract="Sand flows. We derive how dunes move.")
BARE = Paper(title="Only a title", authors=("Cy None",))
PAPERS = [ZINC, TEA, SAND, BARE]

SAMPLE = "How many people took part?"
SAMPLE_COLUMN = f"sample={SAMPLE}"
FINDING_COLUMN = "finding=What was found?"
SAMPLES = {"120": "120 adults took part.", "48": "48 students took part."}


def reading_model(
    requests: list[GenerationRequest] | None = None,
    *,
    name: str = "reader",
    slots: int = 3,
    seconds_per_piece: float = 0.0,
) -> ScriptedModel:
    """A model that has learned to read: only sentences with a number say how many took part."""

    def prompt(request: GenerationRequest) -> str:
        return " ".join(message.content for message in request.messages)

    def choose(request: GenerationRequest) -> dict[str, float]:
        text = prompt(request)
        if request.adapter != "relevance":
            return {"yes": 0.999, "no": 0.001}
        sentence = text.rpartition("Sentence:")[2]
        wanted = ("120", "48") if SAMPLE in text else ("earlier", "change", "derive")
        answers = any(word in sentence for word in wanted)
        return {"yes": 0.9999, "no": 0.0001} if answers else {"yes": 0.0001, "no": 0.9999}

    def reply(request: GenerationRequest) -> str:
        if requests is not None:
            requests.append(request)
        if request.choices:
            return "yes"
        text = prompt(request)
        for number, answer in SAMPLES.items():
            if SAMPLE in text and number in text:
                return answer
        return "The moon is made of cheese."

    return ScriptedModel(
        reply,
        adapters=["relevance", "answer", "support"],
        choose=choose,
        name=name,
        slots=slots,
        seconds_per_piece=seconds_per_piece,
    )

from __future__ import annotations

import pytest

from assistant.models import GenerationRequest, LanguageModel, Message
from assistant.models.batch_model import BatchModel
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import Priority

MESSAGES = (Message("user", "How many?"),)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (Priority.READING, Priority.BATCH_READING),
        (Priority.INTERACTIVE, Priority.BATCH),
        (Priority.BATCH, Priority.BATCH),
    ],
)
def test_requests_wait_for_those_of_a_question(given: Priority, sent: Priority) -> None:
    model = ScriptedModel(["Ten."], adapters=["answer"], parameters=7, slots=3)
    batch = BatchModel(model)
    assert isinstance(batch, LanguageModel)
    assert "".join(batch.generate(GenerationRequest(MESSAGES, 5, priority=given))) == "Ten."
    assert model.requests[0].priority is sent
    assert not given.is_batch or given is Priority.BATCH
    assert sent.is_batch
    assert (batch.adapters, batch.parameters, batch.slots) == (frozenset({"answer"}), 7, 3)
    assert batch.count_tokens(MESSAGES) == 2


def test_closing_it_leaves_the_model_open() -> None:
    model = ScriptedModel(["Ten."])
    BatchModel(model).close()
    assert "".join(model.generate(GenerationRequest(MESSAGES, 5))) == "Ten."

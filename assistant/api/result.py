"""What all results have in common: they are frozen, and have one JSON form."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.text.sanitizing import sanitized_json


class Result(BaseModel):
    """A result. `as_json` gives what the command line prints for it.

    Values that a newer version adds are kept, so that stored results can be read.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", populate_by_name=True, serialize_by_alias=True
    )

    def as_json(self) -> dict[str, Any]:
        """The JSON form, of dictionaries, lists, texts, numbers, booleans and None.

        Values that do not apply are left out, such as the passages of an answered question.
        """
        shape: dict[str, Any] = sanitized_json(self.model_dump(mode="json", exclude_unset=True))
        return shape


def notebook_html(template: str, **values: Any) -> str:
    """The HTML that a notebook shows for a result."""
    from assistant.html import render

    return render(template, **values)

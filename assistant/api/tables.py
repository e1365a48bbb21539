"""The results of tables: a row for each paper, a cell for each question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from assistant.api.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.library import Library
    from assistant.tabulating import Column, Row


class TableCell(Result):
    """The answer of one paper to one question.

    `answer` is "" if the abstract does not say, `sentence` the sentences that support it. `method`
    is written (by the model and verified), quoted, catalogue or empty, `confidence` the probability
    that the abstract answers.
    """

    answer: str
    sentence: str
    method: Literal["written", "quoted", "catalogue", "empty"]
    confidence: float

    def __str__(self) -> str:
        return self.answer


class TableRow(Result):
    """A paper with its cells by the name of the column. `year` and `link` may be ""."""

    id: str
    title: str
    year: str
    link: str
    cells: dict[str, TableCell]

    @classmethod
    def of(cls, row: Row, columns: Sequence[Column]) -> TableRow:
        """The row of a table with these columns."""
        return cls.model_validate(row.as_json(columns))


def columns_of(given: Mapping[str, str] | str, library: Library) -> tuple[Column, ...]:
    """The columns with these names and questions, or of the set of this name.

    Raises:
        UsageError: there is no such set, or the columns cannot be one table.
    """
    from assistant.tabulating import columns

    if isinstance(given, str):
        return columns.columns_of_set(library, given)
    return columns.checked_columns(
        columns.parse_column(f"{name}={question}") for name, question in given.items()
    )

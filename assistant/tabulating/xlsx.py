"""A table as an Excel workbook: the answers, with the sentences next to them, and the questions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from types import ModuleType
from typing import cast

from assistant.errors import OutputError
from assistant.tabulating.columns import FIXED, Column
from assistant.tabulating.rows import Row
from assistant.tabulating.text_formats import header, values
from assistant.text.sanitizing import sanitized

# Widths in characters: of the fixed columns, and of answer, sentence, method and confidence.
_FIXED_WIDTHS = (18, 50, 6, 24)
_CELL_WIDTHS = (36, 50, 10, 11)
# Excel refuses longer texts.
_MAX_CHARACTERS = 32_767


def require_writer() -> ModuleType:
    """The package that writes workbooks.

    Raises:
        OutputError: it is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise OutputError(
            "Excel files need one more package: pip install "
            '"offline-paper-assistant[xlsx]". Or use --format csv.'
        ) from error
    return cast("ModuleType", xlsxwriter)


def workbook(rows: Sequence[Row], columns: Sequence[Column]) -> bytes:
    """The file. Every text is stored as text, so that none is evaluated as a formula.

    Raises:
        OutputError: the package that writes it is not installed.
    """
    xlsxwriter = require_writer()
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        names = header(columns)
        sheet = book.add_worksheet("Table")
        for index, name in enumerate(names):
            after = (index - len(FIXED)) % len(_CELL_WIDTHS)
            fixed = index < len(FIXED)
            width = _FIXED_WIDTHS[index] if fixed else _CELL_WIDTHS[after]
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, _text(name), bold)
        confidences = {names.index(f"{one.name}: confidence") for one in columns}
        for number, row in enumerate(rows, start=1):
            for index, value in enumerate(values(row)):
                if index in confidences:
                    sheet.write_number(number, index, float(value), wrapped)
                elif value:
                    sheet.write_string(number, index, _text(value), wrapped)
        sheet.freeze_panes(1, FIXED.index("title") + 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)
        questions = book.add_worksheet("Questions")
        questions.set_column(0, 0, 20)
        questions.set_column(1, 1, 80)
        for number, column in enumerate(columns):
            questions.write_string(number, 0, _text(column.name), bold)
            questions.write_string(number, 1, _text(column.question.text), wrapped)
    return file.getvalue()


def _text(value: str) -> str:
    return sanitized(value)[:_MAX_CHARACTERS]

"""A table as one HTML page. It has no scripts and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.html import render
from assistant.tabulating.columns import Column
from assistant.tabulating.rows import Row
from assistant.text.formatting import format_count


def table_page(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """The page with all `rows`; the sentence of a cell is shown on hover and when it is opened."""
    return render(
        "answer_table.html",
        count=format_count(len(rows), "paper"),
        columns=[(column.name, column.question.text) for column in columns],
        rows=[{**row.fixed, "cells": row.cells} for row in rows],
    )

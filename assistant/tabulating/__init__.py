"""Tables: every paper is asked the same questions, one column each (docs/table.md)."""

from assistant.tabulating.columns import Column, ColumnSet, column_sets, parse_column
from assistant.tabulating.rows import Cell, Row, arranged, containing, having, sorted_by
from assistant.tabulating.tabulator import Tabulator

__all__ = [
    "Cell",
    "Column",
    "ColumnSet",
    "Row",
    "Tabulator",
    "arranged",
    "column_sets",
    "containing",
    "having",
    "parse_column",
    "sorted_by",
]

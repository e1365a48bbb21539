"""HTML: one Jinja environment, the templates of all pages, and formulas as MathML."""

from assistant.html.rendering import render

__all__ = ["render"]

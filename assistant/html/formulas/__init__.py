"""LaTeX formulas in texts -> MathML."""

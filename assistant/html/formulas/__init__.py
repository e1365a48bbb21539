"""LaTeX within texts -> MathML that is ours alone."""

"""Natural questions, answers, TL;DRs and claims, written by reading abstracts; see README.md."""

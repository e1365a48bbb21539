"""Training of the TL;DR parts, on the training split of SciTLDR only."""

"""The tabs Import and TL;DRs: what fills the library."""

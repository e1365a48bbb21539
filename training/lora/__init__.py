"""Training of LoRA adapters for the bundled language model, with PyTorch (not a dependency)."""

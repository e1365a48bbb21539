"""Downloading language models, only when the user asks for one by name or address."""

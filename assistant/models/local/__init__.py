"""Language models that are already on this computer: where they are, and which can be used."""

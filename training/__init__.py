"""How what is trained was trained; not part of the package, and not needed to use it."""

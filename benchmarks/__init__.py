"""What measures quality and speed; each module prints tables. Not part of the tests."""

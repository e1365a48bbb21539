"""Benchmarks of quality and speed. Each module prints tables; none is part of the tests."""

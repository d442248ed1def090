"""Benchmarks: python -m bench (docs/benchmarks.md holds the table it makes)."""

"""Benchmarks: python -m bench writes its table to docs/benchmarks.md."""

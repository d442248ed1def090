"""Invariants of the stored data: what `coterie check` finds, and what it repairs."""

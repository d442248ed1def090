"""Coterie: one home for everyone you know."""

__version__ = "0.1.0"

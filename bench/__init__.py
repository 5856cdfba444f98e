"""Measures similarity and search by size; ``make bench`` runs it, docs/scale.md reads it."""

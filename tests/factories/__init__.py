"""One dull factory a model."""

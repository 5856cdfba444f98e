"""Pages of those who handle a proposal: the units, and the officials who see to it."""

"""Pages for handling a proposal: those of the units, and of the officials in charge."""

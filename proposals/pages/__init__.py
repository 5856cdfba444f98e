"""The pages of a proposal's life."""

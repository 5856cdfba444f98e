"""WHAT: the life of a proposal, from draft to follow-up."""

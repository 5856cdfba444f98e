"""The phases of a proposal's life, one mixin each, which ``Proposal`` is put together from."""

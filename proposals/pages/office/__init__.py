"""The pages of the committee's office up to filing: intake, review, the merge desk, numbers."""

from proposals.pages.office import candidates, choices, deciding, groups, lists, numbers, tabs

__all__ = ["candidates", "choices", "deciding", "groups", "lists", "numbers", "tabs"]

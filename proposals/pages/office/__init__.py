"""The pages of the committee's office up to filing: intake, review, the merge desk, numbers."""

from members.pages import navigation, worklist
from proposals.pages.office import candidates, choices, deciding, tabs
from proposals.pages.office.groups import GROUPS
from proposals.pages.office.lists import DONE, WAITING
from proposals.pages.office.numbers import REGISTER

__all__ = ["candidates", "choices", "deciding", "tabs"]

worklist.add(*WAITING, *GROUPS, *DONE)
navigation.add(REGISTER)

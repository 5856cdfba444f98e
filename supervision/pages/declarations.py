"""Everything that the pages of duties and key topics declare, in one list of each kind."""

from members.pages import home, worklist
from members.pages.rulebooks import views as rulebooks
from proposals.pages import dates, life, proposal, step_pages, subjects
from supervision.pages import (
    assigning,
    calendar,
    chasing,
    dashboard,
    decisions,
    due_dates,
    duties,
    explained_dates,
    figures,
    rulebook_preview,
    session_end,
    time_limit_list,
)
from supervision.pages import home as first_page
from supervision.pages.key_topics import board, forms, lists, page
from supervision.pages.units import lists as units

SUBJECT_PAGES = (*decisions.SUBJECT_PAGES, *page.SUBJECT_PAGES, *calendar.SUBJECT_PAGES)
STEP_PAGES = (*decisions.STEP_PAGES, *forms.STEP_PAGES, *calendar.STEP_PAGES)
TABS = (*explained_dates.TABS, *page.TABS)
NAVIGATION = (
    *calendar.NAVIGATION,
    *calendar.WORKLISTS,
    *session_end.NAVIGATION,
    *dashboard.NAVIGATION,
    *figures.NAVIGATION,
    *decisions.WORKLISTS,
    *chasing.WORKLISTS,
    *duties.WORKLISTS,
    *time_limit_list.WORKLISTS,
    *units.WORKLISTS,
    *board.NAVIGATION,
    *lists.WORKLISTS,
)
HOME_SECTIONS = (*first_page.HOME_SECTIONS, *dashboard.HOME_SECTIONS)


def register() -> None:
    """Put everything where it is shown, and tell the pages below the dates that they ask for."""
    subjects.add(*SUBJECT_PAGES)
    step_pages.add(*STEP_PAGES)
    proposal.add(*TABS)
    worklist.add(*NAVIGATION)
    home.add(*HOME_SECTIONS)
    life.CLOCKS.append(due_dates.clocks)
    life.OWED.append(due_dates.owed)
    dates.EXPECTED.append(assigning.expected)
    dates.LOADS.append(assigning.loads)
    dates.OWED.append(assigning.owed)
    rulebooks.CONSEQUENCES.append(rulebook_preview.of_dates)

"""Everything that the pages of duties and key topics declare, in one list of each kind."""

from members.pages import calendar_feed as feeds
from members.pages import home, worklist
from members.pages.rulebooks import views as rulebooks
from proposals.due_dates import DueDates
from proposals.pages import proposal, step_pages, subjects
from supervision import permissions, selectors
from supervision.pages import (
    assigning,
    calendar,
    calendar_feed,
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
DUE_DATES = DueDates(
    overdue=permissions.overdue,
    sign_by=selectors.to_sign_by,
    clocks=due_dates.clocks,
    dates_on=due_dates.dates_on,
    expected=assigning.expected,
    loads=assigning.loads,
    dates_of_tasks=assigning.dates_of_tasks,
)
HOME_SECTIONS = (*first_page.HOME_SECTIONS, *dashboard.HOME_SECTIONS)


def register() -> None:
    """Put everything where it is shown."""
    subjects.add(*SUBJECT_PAGES)
    step_pages.add(*STEP_PAGES)
    proposal.add(*TABS)
    worklist.add(*NAVIGATION)
    home.add(*HOME_SECTIONS)
    feeds.add(*calendar_feed.SOURCES)
    rulebooks.CONSEQUENCES.append(rulebook_preview.of_dates)

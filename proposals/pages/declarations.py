"""Everything that the pages of a proposal's life declare, in one list of each kind."""

from members.pages import home, outbox, palette, worklist
from members.services import job
from proposals.pages import bulk, ledger, proposal, search, step_pages, subjects, worklists
from proposals.pages.assigning import after_reply, assignment_form, inspecting, meeting, paper_entry
from proposals.pages.handling import editor, phrases, subject_pages, tabs, tasks
from proposals.pages.office import candidates, choices, deciding, groups, numbers
from proposals.pages.office import lists as office
from proposals.pages.office import tabs as office_tabs
from proposals.pages.proposing import (
    clues,
    handing_in,
    lists,
    rating,
    record,
    signing,
    versions,
    writing,
)
from proposals.pages.proposing import home as proposing_home

SUBJECT_PAGES = (
    *subjects.SUBJECT_PAGES,
    *signing.SUBJECT_PAGES,
    *meeting.SUBJECT_PAGES,
    *subject_pages.SUBJECT_PAGES,
    *rating.SUBJECT_PAGES,
    *candidates.SUBJECT_PAGES,
    *clues.SUBJECT_PAGES,
)
STEP_PAGES = (
    *writing.STEP_PAGES,
    *handing_in.STEP_PAGES,
    *clues.STEP_PAGES,
    *rating.STEP_PAGES,
    *deciding.DECISIONS,
    *choices.STEP_PAGES,
    *assignment_form.STEP_PAGES,
    *meeting.STEP_PAGES,
    *paper_entry.STEP_PAGES,
    *inspecting.STEP_PAGES,
    *after_reply.STEP_PAGES,
    *editor.STEP_PAGES,
    *subject_pages.STEP_PAGES,
    *tasks.STEP_PAGES,
)
TABS = (
    proposal.TEXT_TAB,
    *office_tabs.TABS,
    *tabs.TABS,
    *versions.TABS,
    proposal.RECORD_TAB,
)
PANELS = (tasks.PANEL, deciding.PANEL)
NAVIGATION = (
    *phrases.NAVIGATION,
    *ledger.WORKLISTS,
    *worklists.WORKLISTS,
    *office.WAITING,
    *groups.GROUPS,
    *office.DONE,
    numbers.REGISTER,
    *after_reply.WORKLISTS,
    *paper_entry.NAVIGATION,
    *clues.WORKLISTS,
    *lists.WORKLISTS,
    *record.NAVIGATION,
)
HOME_SECTIONS = (*ledger.HOME_SECTIONS, *proposing_home.HOME_SECTIONS)
FINDERS = (search.by_number_or_title, search.beginnings, search.people)
JOBS = {bulk.BULK: bulk.take_all, ledger.VERIFYING: ledger.verify_whole}


def register() -> None:
    """Put everything where it is shown."""
    subjects.add(*SUBJECT_PAGES)
    step_pages.add(*STEP_PAGES)
    proposal.add(*TABS)
    proposal.PANELS.extend(PANELS)
    worklist.add(*NAVIGATION)
    home.add(*HOME_SECTIONS)
    palette.FINDERS[:0] = FINDERS
    outbox.EVENT_LABELS.append(ledger.event_label)
    job.WORK.update(JOBS)

"""Clues for proposals (提案线索): the list, a clue, and the way to write on it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.api.filters import contains_any
from members.enums import Role
from members.pages.filters import narrowed, one_of
from members.pages.forms import Choice
from members.pages.navigation import Section
from members.pages.worklist import STATE, Column, day
from members.reader import Reader
from members.visibility import visible
from proposals.enums import ClueState
from proposals.models import Clue
from proposals.pages.proposing.home import PROPOSERS
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.subjects import SubjectPage
from proposals.pages.worklists import SubjectList

CLERK = frozenset({Role.COMMITTEE_CLERK})
"""Who publishes clues."""


def _offered(reader: Reader) -> QuerySet[Clue]:
    """Clues that can be written on; the office sees the closed ones as well."""
    rows = visible(reader, Clue.objects.select_related("session__term__committee"))
    rows = rows.select_related("session__committee", "session__term")
    office = reader.roles & CLERK
    return rows if office else rows.filter(state=ClueState.PUBLISHED)


def _written_on(clue: Clue, reader: Reader) -> dict[str, Any]:
    """The proposals that the reader sees to have been written on a clue."""
    rows = visible(reader, clue.proposals.select_related("lead", "body"))
    return {
        "clue": clue,
        "written": list(rows.order_by("-id")[:20]),
        "may_write": clue.state == ClueState.PUBLISHED
        and any(post.role in PROPOSERS for post in reader.posts),
    }


def published(proposal: Any, reader: Reader) -> list[Choice]:
    """The clues that a proposal can be written on."""
    rows = Clue.objects.filter(committee=proposal.committee_id, state=ClueState.PUBLISHED)
    return [Choice(str(row.pk), row.topic) for row in rows[:200]]


STEP_PAGES = (
    StepPage(
        Clue.revise,
        initial={
            "topic": attribute("topic"),
            "text": attribute("text"),
            "source": attribute("source"),
            "session": attribute("session_id"),
        },
    ),
)
SUBJECT_PAGES = (
    SubjectPage(
        Clue,
        "clues",
        template="proposals/clue.html",
        related=("committee", "session__term", "session__committee"),
        context=_written_on,
    ),
)
WORKLISTS = (
    SubjectList(
        slug="clues",
        label=_("提案线索"),
        icon="bulb",
        section=Section.PROPOSALS,
        roles=PROPOSERS | CLERK,
        rows=_offered,
        columns=(
            Column("topic", _("题目"), order=["topic"], main=True),
            Column("source", _("线索来源")),
            Column("session", _("会议"), shown=False),
            STATE,
            day("published", _("发布"), "published_at"),
        ),
        comes_next=_("提案委发布的线索列在这里，可以据此写提案。"),
        filterset=narrowed(
            text=contains_any(_("检索词"), "topic", "text"),
            state=one_of(_("状态"), ClueState.choices),
        ),
        tools="proposals/_publish_clue.html",
        counted=False,
    ),
)

"""Clues for proposals (提案线索): the list, a clue, and the way to write on it."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import Role
from members.pages.forms import Choice
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.reader import Reader
from members.visibility import visible
from proposals.enums import ClueState
from proposals.models import Clue
from proposals.pages.proposing.desk import PROPOSERS
from proposals.pages.step_pages import StepPage
from proposals.pages.subjects import SubjectPage, page_of

CLERK = frozenset({Role.COMMITTEE_CLERK})
"""Who publishes clues."""


class ClueFilter(filters.FilterSet):
    """How the list of clues can be narrowed."""

    text = filters.CharFilter(label=_("检索词"), method="with_text")
    state = filters.MultipleChoiceFilter(label=_("状态"), choices=ClueState.choices)

    class Meta:
        model = Clue
        fields: list[str] = []

    def with_text(self, rows: QuerySet[Clue], name: str, value: str) -> QuerySet[Clue]:
        """Those that have the words in their topic or text."""
        return rows.filter(Q(topic__icontains=value) | Q(text__icontains=value))


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
            "topic": attrgetter("topic"),
            "text": attrgetter("text"),
            "source": attrgetter("source"),
            "session": attrgetter("session_id"),
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
    Worklist(
        slug="clues",
        label=_("提案线索"),
        icon="bulb",
        section=Section.PROPOSALS,
        roles=PROPOSERS | CLERK,
        rows=_offered,
        columns=(
            Column("topic", _("题目"), lambda row: row.topic, order=["topic"], main=True),
            Column("source", _("线索来源"), lambda row: row.source),
            Column("session", _("会议"), lambda row: row.session or "", shown=False),
            Column(
                "state",
                _("状态"),
                lambda row: row.get_state_display(),
                cell="components/cells/_state.html",
            ),
            Column(
                "published",
                _("发布"),
                lambda row: row.published_at,
                cell="components/cells/_day.html",
                order=["published_at"],
            ),
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("提案委发布的线索列在这里，可以据此写提案。"),
        filterset=ClueFilter,
        tools="proposals/_publish_clue.html",
        counted=False,
    ),
)

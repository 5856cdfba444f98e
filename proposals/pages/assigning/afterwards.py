"""After the reply: what is still to be concluded, consulted about, followed up, made public."""

from __future__ import annotations

from operator import attrgetter

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members import clock
from members.enums import Role
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.reader import Reader
from members.selectors import NoRulebook
from members.visibility import visible
from proposals.enums import FILED_STATES, CommitmentState, PublicationScope, ReplyState
from proposals.enums import ProposalState as S
from proposals.models import AssignmentBatch, Commitment, FollowUp, Proposal, Reply
from proposals.pages.step_pages import StepPage
from proposals.pages.subjects import page_of
from proposals.pages.worklists import OFFICE, proposals, seen

CLERKS = {Role.COMMITTEE_CLERK, Role.COMMITTEE_DIRECTOR}

# -- Batches -----------------------------------------------------------------------------------


def batches(reader: Reader) -> QuerySet[AssignmentBatch]:
    """Rows of a list: what was assigned together."""
    return visible(reader, AssignmentBatch.objects.all())


# -- Promises ----------------------------------------------------------------------------------


class PromiseFilter(filters.FilterSet):
    """How the list of promises can be narrowed."""

    state = filters.MultipleChoiceFilter(
        label=_("状态"), choices=Commitment._meta.get_field("state").choices
    )
    unit = filters.CharFilter(
        label=_("承办单位"), field_name="reply__assignment__unit__name", lookup_expr="icontains"
    )
    title = filters.CharFilter(
        label=_("案由"), field_name="proposal__title", lookup_expr="icontains"
    )
    due_before = filters.DateFilter(label=_("期限早于"), field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Commitment
        fields: list[str] = []


def promises(reader: Reader) -> QuerySet[Commitment]:
    """Rows of a list: what units have promised and not yet kept."""
    rows = Commitment.objects.filter(state=CommitmentState.OPEN)
    return visible(reader, rows).select_related("proposal", "reply__assignment__unit")


# -- Following up ------------------------------------------------------------------------------


def to_follow_up(reader: Reader) -> QuerySet[Proposal]:
    """Rows of a list: concluded with a result to be looked at again, and not yet this year."""
    wanted = Q(pk__in=[])
    for committee in {post.committee_id for post in reader.posts} - {None}:
        try:
            rules = reader.rules(committee or 0)
        except NoRulebook:
            continue
        codes = [row.code for row in rules.handling.result_classes if row.needs_follow_up]
        replies = Reply.objects.filter(
            proposal=OuterRef("pk"), state=ReplyState.DELIVERED, result_class__in=codes
        )
        wanted |= Q(Exists(replies), committee=committee)
    done = FollowUp.objects.filter(proposal=OuterRef("pk"), year=reader.day.year)
    rows = Proposal.objects.filter(wanted, ~Exists(done), state=S.CONCLUDED)
    return visible(reader, rows)


def _result_so_far(proposal: Proposal) -> str:
    """The result that stands now."""
    before = proposal.follow_ups.order_by("year").last()
    reply = proposal.replies.filter(state=ReplyState.DELIVERED).order_by("id").last()
    return before.result_class if before else reply.result_class if reply else ""


# -- Making public -----------------------------------------------------------------------------


def to_publish(reader: Reader) -> QuerySet[Proposal]:
    """Rows of a list: filed, its proposer agrees to publication, and not public yet."""
    rows = Proposal.objects.filter(
        state__in=FILED_STATES, publicity_wish=True, publication_scope=PublicationScope.NONE
    )
    return visible(reader, rows)


def published(reader: Reader) -> QuerySet[Proposal]:
    """Rows of a list: what the public sees."""
    rows = Proposal.objects.exclude(publication_scope=PublicationScope.NONE)
    return visible(reader, rows.filter(published_at__isnull=False))


def _scope(proposal: Proposal) -> str:
    """As it is public now; in full when it is not."""
    scope = proposal.publication_scope
    return PublicationScope.FULL if scope == PublicationScope.NONE else scope


STEP_PAGES = (
    StepPage(
        Proposal.follow_up,
        initial={"year": lambda _proposal: clock.today().year, "result_class": _result_so_far},
    ),
    StepPage(
        Proposal.publish,
        initial={"scope": _scope, "summary": attrgetter("public_summary")},
    ),
)
WORKLISTS = (
    Worklist(
        slug="batches",
        label=_("交办批次"),
        icon="stack-2",
        section=Section.HANDLING,
        roles={*OFFICE, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER},
        rows=batches,
        columns=(
            Column("name", _("名称"), lambda row: row.name, order=["name"], main=True),
            Column("number", _("文号"), lambda row: row.document_number),
            Column(
                "held",
                _("交办日期"),
                lambda row: row.held_on,
                cell="components/cells/_day.html",
                order=["held_on"],
            ),
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("交办会或闭会期间一并交办的各批，以及各单位的交办通知列在这里。"),
        order=("-held_on", "-id"),
        counted=False,
    ),
    proposals(
        "to-conclude",
        _("待评价、待办结"),
        icon="stars",
        roles={*OFFICE, Role.ASSIGNING_OFFICER},
        section=Section.HANDLING,
        rows=seen(S.REPLIED),
        comes_next=_("各单位都已答复、提案者还没有全部评价的提案列在这里；都满意的自动办结。"),
        order=("replied_at", "id"),
        bulk=(Proposal.conclude,),
        counted=False,
    ),
    proposals(
        "escalated",
        _("待协商"),
        icon="messages",
        roles={*CLERKS, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER},
        section=Section.HANDLING,
        rows=seen(S.ESCALATED),
        comes_next=_("最后一轮办理仍不满意的，转入面对面协商；协商记录以后办结。"),
        order=("replied_at", "id"),
    ),
    Worklist(
        slug="commitments",
        label=_("承诺事项"),
        icon="target-arrow",
        section=Section.SUPERVISION,
        roles={*OFFICE, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER},
        rows=promises,
        columns=(
            Column("number", _("案号"), lambda row: row.proposal.case_no),
            Column("text", _("承诺事项"), lambda row: row.text[:120], main=True),
            Column("unit", _("承办单位"), lambda row: str(row.reply.assignment.unit)),
            Column("title", _("案由"), lambda row: row.proposal.title, shown=False),
            Column("evidence", _("进展"), lambda row: row.evidence[:80]),
            Column(
                "due",
                _("兑现期限"),
                lambda row: row.due_on,
                cell="components/cells/_day.html",
                order=["due_on"],
            ),
        ),
        page_of=lambda row: page_of(row).url(row),
        comes_next=_("答复中承诺、尚未兑现的事项按期限列在这里。"),
        filterset=PromiseFilter,
        order=(F("due_on").asc(nulls_last=True), "id"),
        session="",
        counted=False,
    ),
    proposals(
        "to-follow-up",
        _("本年跟踪办理"),
        icon="refresh",
        roles={Role.COMMITTEE_CLERK},
        section=Section.SUPERVISION,
        rows=to_follow_up,
        comes_next=_("办结时列入计划或留作参考的，每年跟踪一次；今年还没有记录的列在这里。"),
        order=("concluded_at", "id"),
        session="",
    ),
    proposals(
        "to-publish",
        _("待公开"),
        icon="world-up",
        roles={Role.COMMITTEE_CLERK},
        rows=to_publish,
        comes_next=_("提案者同意公开、还没有公开的已立案提案列在这里。"),
        order=("case_serial", "id"),
        bulk=(Proposal.publish,),
        counted=False,
    ),
    proposals(
        "published",
        _("已公开"),
        icon="world",
        roles={Role.COMMITTEE_CLERK},
        rows=published,
        comes_next=_("已公开的提案列在这里，可以更改公开范围或撤下。"),
        order=("-published_at", "-id"),
        bulk=(Proposal.unpublish,),
        counted=False,
    ),
)

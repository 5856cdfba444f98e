"""Worklists after the reply: to conclude, to consult about, to follow up, to publish."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.pages.filters import contains, day_before, narrowed, one_of
from members.pages.navigation import Section
from members.pages.worklist import Column, day, visible_rows
from members.reader import Reader
from members.visibility import visible
from proposals.enums import FILED_STATES, CommitmentState, PublicationScope, ReplyState
from proposals.enums import ProposalState as S
from proposals.models import AssignmentBatch, Commitment, FollowUp, Proposal, Reply
from proposals.pages.rulebooks import rules_around
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.worklists import NUMBER, OFFICE, ProposalList, SubjectList, in_states

CLERKS = {Role.COMMITTEE_CLERK, Role.COMMITTEE_DIRECTOR}

# -- Following up ------------------------------------------------------------------------------


def to_follow_up(reader: Reader) -> QuerySet[Proposal]:
    """Rows of a list: concluded with a result to be looked at again, and not yet this year."""
    wanted = Q(pk__in=[])
    for committee, rules in rules_around(reader, reader.reach.committees).items():
        codes = [row.code for row in rules.handling.result_classes if row.needs_follow_up]
        replies = Reply.objects.filter(
            proposal=OuterRef("pk"), state=ReplyState.DELIVERED, result_class__in=codes
        )
        wanted |= Q(Exists(replies), committee=committee)
    done = FollowUp.objects.filter(proposal=OuterRef("pk"), year=reader.day.year)
    rows = Proposal.objects.filter(wanted, ~Exists(done), state=S.CONCLUDED)
    return visible(reader, rows)


def _result_so_far(proposal: Proposal, reader: Reader) -> str:
    """The latest result."""
    before = proposal.follow_ups.order_by("year").last()
    reply = proposal.replies.filter(state=ReplyState.DELIVERED).order_by("id").last()
    return before.result_class if before else reply.result_class if reply else ""


# -- Making public -----------------------------------------------------------------------------


def _scope(proposal: Proposal, reader: Reader) -> str:
    """As it is public now; in full when it is not."""
    scope = proposal.publication_scope
    return PublicationScope.FULL if scope == PublicationScope.NONE else scope


STEP_PAGES = (
    StepPage(
        Proposal.follow_up,
        initial={"year": lambda _proposal, reader: reader.day.year, "result_class": _result_so_far},
    ),
    StepPage(
        Proposal.publish,
        initial={"scope": _scope, "summary": attribute("public_summary")},
    ),
)
WORKLISTS = (
    SubjectList(
        slug="batches",
        label=_("交办批次"),
        icon="stack-2",
        section=Section.HANDLING,
        roles={*OFFICE, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER},
        rows=visible_rows(AssignmentBatch.objects.all()),
        columns=(
            Column("name", _("名称"), order=["name"], main=True),
            Column("number", _("文号"), "document_number"),
            day("held", _("交办日期"), "held_on"),
        ),
        comes_next=_("交办会或闭会期间一并交办的各批，以及各单位的交办通知列在这里。"),
        order=("-held_on", "-id"),
        counted=False,
    ),
    ProposalList(
        slug="to-conclude",
        label=_("待评价、待办结"),
        icon="stars",
        roles={*OFFICE, Role.ASSIGNING_OFFICER},
        section=Section.HANDLING,
        rows=in_states(S.REPLIED),
        comes_next=_("各单位都已答复、提案者还没有全部评价的提案列在这里；都满意的自动办结。"),
        order=("replied_at", "id"),
        bulk=(Proposal.conclude,),
        counted=False,
    ),
    ProposalList(
        slug="escalated",
        label=_("待协商"),
        icon="messages",
        roles={*CLERKS, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER},
        section=Section.HANDLING,
        rows=in_states(S.ESCALATED),
        comes_next=_("最后一轮办理仍不满意的，转入面对面协商；协商记录以后办结。"),
        order=("replied_at", "id"),
    ),
    SubjectList(
        slug="commitments",
        label=_("承诺事项"),
        icon="target-arrow",
        section=Section.SUPERVISION,
        roles={*OFFICE, Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER},
        rows=visible_rows(Commitment.objects.filter(state=CommitmentState.OPEN)),
        related=("proposal", "reply__assignment__unit"),
        columns=(
            NUMBER,
            Column("text", _("承诺事项"), lambda row: row.text[:120], main=True),
            Column("unit", _("承办单位"), "reply.assignment.unit"),
            Column("title", _("案由"), "proposal.title", shown=False),
            Column("evidence", _("进展"), lambda row: row.evidence[:80]),
            day("due", _("兑现期限"), "due_on"),
        ),
        comes_next=_("答复中承诺、尚未兑现的事项按期限列在这里。"),
        filterset=narrowed(
            state=one_of(_("状态"), CommitmentState.choices),
            unit=contains(_("承办单位"), "reply__assignment__unit__name"),
            title=contains(_("案由"), "proposal__title"),
            due_before=day_before(_("期限早于"), "due_on"),
        ),
        order=(F("due_on").asc(nulls_last=True), "id"),
        counted=False,
    ),
    ProposalList(
        slug="to-follow-up",
        label=_("本年跟踪办理"),
        icon="refresh",
        roles={Role.COMMITTEE_CLERK},
        section=Section.SUPERVISION,
        rows=to_follow_up,
        comes_next=_("办结时列入计划或留作参考的，每年跟踪一次；今年还没有记录的列在这里。"),
        order=("concluded_at", "id"),
        session="",
    ),
    ProposalList(
        slug="to-publish",
        label=_("待公开"),
        icon="world-up",
        roles={Role.COMMITTEE_CLERK},
        rows=visible_rows(
            Proposal.objects.filter(
                state__in=FILED_STATES, publicity_wish=True, publication_scope=PublicationScope.NONE
            )
        ),
        comes_next=_("提案者同意公开、还没有公开的已立案提案列在这里。"),
        order=("case_serial", "id"),
        bulk=(Proposal.publish,),
        counted=False,
    ),
    ProposalList(
        slug="published",
        label=_("已公开"),
        icon="world",
        roles={Role.COMMITTEE_CLERK},
        rows=visible_rows(
            Proposal.objects.filter(published_at__isnull=False).exclude(
                publication_scope=PublicationScope.NONE
            )
        ),
        comes_next=_("已公开的提案列在这里，可以更改公开范围或撤下。"),
        order=("-published_at", "-id"),
        bulk=(Proposal.unpublish,),
        counted=False,
    ),
)

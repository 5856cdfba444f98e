"""The end of a session: what still blocks closing it, each with the one way to solve it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from members.enums import DutyKind
from members.models import Session
from members.pages import navigation
from members.pages.navigation import Section
from members.pages.sessions import chosen_session_of
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.enums import (
    AWAITING_ASSIGNMENT,
    AWAITING_FILING,
    AWAITING_REPLY,
    UNDECIDED_CANDIDATES,
)
from proposals.enums import ProposalState as S
from proposals.models import MergeCandidate, Proposal
from supervision.enums import KEY_UNDER_WAY, UNDECIDED_STATES
from supervision.models import Duty, KeyTopic
from supervision.pages.figures import address
from supervision.roles import OFFICE


@dataclass(frozen=True)
class Group:
    """Things of one kind that hold up the end: why they do, and the way that solves them.

    ``values`` are what is counted and to what the ``worklist`` is narrowed: states, or kinds of
    duties on the list of time limits. ``blocks`` is whether the session cannot end before; the
    others may go on into the next one. ``count`` is how many there are in a session.
    """

    label: StrOrPromise
    why: StrOrPromise
    way: StrOrPromise
    icon: str
    worklist: str
    values: Collection[str]
    blocks: bool = True
    count: int = 0

    @property
    def url(self) -> str:
        """The list of them; those of two lists are all that these hold."""
        if self.worklist in ("filed", "duplicates"):
            return address(self.worklist)
        if self.worklist == "time-limits":
            return address(self.worklist, kind=self.values, ended="false")
        return address(self.worklist, state=self.values)


GROUPS = (
    Group(
        _("待审查和审查中"),
        _("收到的提案都要有立案与否的结论。"),
        _("去审查"),
        "eye-check",
        "proposals",
        AWAITING_FILING,
    ),
    Group(
        _("退回修改未交回"),
        _("提案者还没有改好；请联系提案者，或按规定处理。"),
        _("查看退回的提案"),
        "corner-up-left",
        "proposals",
        [S.RETURNED],
    ),
    Group(
        _("并案候选未定"),
        _("相似的提案是否并案，要有决定。"),
        _("去并案台"),
        "git-merge",
        "duplicates",
        UNDECIDED_CANDIDATES,
    ),
    Group(
        _("立案未交办"),
        _("立案的提案都要交给承办单位。"),
        _("去交办"),
        "send",
        "filed",
        AWAITING_ASSIGNMENT,
    ),
    Group(
        _("待裁定的退办和延期"),
        _("承办单位在等裁定，办理停在那里。"),
        _("查看待裁定的"),
        "gavel",
        "time-limits",
        [DutyKind.RETURN_DECISION, DutyKind.EXTENSION_DECISION],
    ),
    Group(
        _("待签收"),
        _("承办单位还没有签收。"),
        _("查看未签收的"),
        "inbox",
        "time-limits",
        [DutyKind.ACKNOWLEDGE],
    ),
    Group(
        _("未答复"),
        _("承办单位还没有全部答复；逾期的可以催办。"),
        _("查看未答复的"),
        "clipboard-list",
        "proposals",
        AWAITING_REPLY,
    ),
    Group(
        _("协商中"),
        _("提案者不满意，要有协商的结论。"),
        _("查看协商中的"),
        "messages",
        "proposals",
        [S.ESCALATED],
    ),
    Group(
        _("已答复未办结"),
        _("等待提案者评价，或到期后办结。"),
        _("查看已答复的"),
        "star",
        "proposals",
        [S.REPLIED],
    ),
    Group(
        _("重点题目未审定"),
        _("推荐和候选的题目要有结论：审定，或不列入。"),
        _("查看题目"),
        "bulb",
        "key-topics",
        UNDECIDED_STATES,
    ),
    Group(
        _("重点题目督办中"),
        _("督办报告要提交并审定。"),
        _("查看题目"),
        "target-arrow",
        "key-topics",
        KEY_UNDER_WAY,
    ),
    Group(
        _("承诺未兑现"),
        _("答复里的承诺可以跨会议兑现，不妨碍结束。"),
        _("查看承诺"),
        "heart-handshake",
        "time-limits",
        [DutyKind.COMMITMENT],
        blocks=False,
    ),
    Group(
        _("跟踪办理"),
        _("办结后的跟踪可以跨会议进行，不妨碍结束。"),
        _("查看跟踪办理"),
        "repeat",
        "time-limits",
        [DutyKind.FOLLOW_UP],
        blocks=False,
    ),
)
"""Everything that is to be over, in the order in which it comes up."""


def groups(session: Session, reader: Reader) -> list[Group]:
    """What of a session is not over yet, as far as the reader sees it; four queries."""
    proposals = _counted(Proposal.objects.filter(session=session), "state", reader)
    counts = {
        "proposals": proposals,
        "filed": proposals,
        "time-limits": _counted(
            Duty.objects.open().filter(proposal__session=session), "kind", reader
        ),
        "duplicates": _counted(MergeCandidate.objects.filter(session=session), "state", reader),
        "key-topics": _counted(KeyTopic.objects.filter(session=session), "state", reader),
    }
    found = (
        replace(group, count=sum(counts[group.worklist][value] for value in group.values))
        for group in GROUPS
    )
    return [group for group in found if group.count]


def _counted(rows: QuerySet[Any], column: str, reader: Reader) -> Counter[str]:
    """How many of the rows that the reader sees have each value of the column."""
    seen = visible(reader, rows).order_by().values_list(column)
    return Counter(dict(seen.annotate(n=Count("pk"))))


@require_safe
def session_end(request: HttpRequest) -> HttpResponse:
    """What blocks the end of the chosen session."""
    reader = reader_of(request)
    own = {post.committee_id for post in reader.posts if post.role in OFFICE}
    session = chosen_session_of(own, reader)
    if session is None:
        raise Http404
    found = groups(session, reader)
    blocking = [group for group in found if group.blocks]
    context = {
        "session": session,
        "blocking": blocking,
        "going_on": [group for group in found if not group.blocks],
        "count": sum(group.count for group in blocking),
    }
    return TemplateResponse(request, "supervision/session_end.html", context)


NAVIGATION = (
    navigation.NavigationEntry(
        section=Section.FIGURES,
        label=_("会议收尾"),
        icon="flag-check",
        address=("session_end",),
        roles=OFFICE,
    ),
)

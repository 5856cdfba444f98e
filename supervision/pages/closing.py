"""The end of a session: what still blocks closing it, each with the one way to solve it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from members.enums import DutyKind, Role
from members.models import Session
from members.pages import navigation
from members.pages.frame import frame_of
from members.pages.navigation import Section
from members.pages.worklist import WORKLISTS
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.enums import (
    AWAITING_ASSIGNMENT,
    AWAITING_FILING,
    IN_HANDS,
    UNDECIDED_CANDIDATES,
)
from proposals.enums import ProposalState as S
from proposals.models import MergeCandidate, Proposal
from supervision.enums import KEY_UNDER_WAY, UNDECIDED_STATES
from supervision.models import Duty, KeyTopic

READERS = frozenset({Role.COMMITTEE_CLERK, Role.COMMITTEE_DIRECTOR})
"""Whose work it is to bring a session to its end."""


@dataclass(frozen=True)
class Group:
    """Things of one kind that hold up the end: how many, why, and the way that solves them.

    ``blocks`` is whether the session cannot end before; the others may go on into the next one.
    """

    label: StrOrPromise
    count: int
    why: StrOrPromise
    way: StrOrPromise
    url: str
    icon: str
    blocks: bool = True


def _list(slug: str, otherwise: str = "proposals", **asked: Any) -> str:
    """The address of a list; where it is not there, of another one."""
    query = urlencode(asked, doseq=True)
    address = reverse("worklist", args=[slug if slug in WORKLISTS else otherwise])
    return f"{address}?{query}" if query else address


def groups(session: Session, reader: Reader) -> list[Group]:
    """Everything that is not over yet of a session, as far as the reader sees it; four queries."""
    proposals = visible(reader, Proposal.objects.filter(session=session))
    states = Counter(dict(proposals.order_by().values_list("state").annotate(n=Count("pk"))))
    of_session = Duty.objects.open().filter(proposal__session=session)
    kinds = Counter(
        dict(visible(reader, of_session).order_by().values_list("kind").annotate(n=Count("pk")))
    )
    candidates = MergeCandidate.objects.filter(session=session, state__in=UNDECIDED_CANDIDATES)
    topics = visible(reader, KeyTopic.objects.filter(session=session)).aggregate(
        undecided=Count("pk", filter=Q(state__in=UNDECIDED_STATES)),
        going_on=Count("pk", filter=Q(state__in=KEY_UNDER_WAY)),
    )
    merging = visible(reader, candidates).count()
    found = [*_choosing(states, merging), *_handling(states, kinds), *_after(kinds, topics)]
    return [group for group in found if group.count]


def _choosing(states: Counter[str], merging: int) -> Sequence[Group]:
    return [
        Group(
            _("待审查和审查中"),
            sum(states[state] for state in AWAITING_FILING),
            _("收到的提案都要有立案与否的结论。"),
            _("去审查"),
            _list("proposals", state=AWAITING_FILING),
            "eye-check",
        ),
        Group(
            _("退回修改未交回"),
            states[S.RETURNED],
            _("提案者还没有改好；请联系提案者，或按规定处理。"),
            _("查看退回的提案"),
            _list("proposals", state=S.RETURNED),
            "corner-up-left",
        ),
        Group(
            _("并案候选未定"),
            merging,
            _("相似的提案是否并案，要有决定。"),
            _("去并案台"),
            _list("merge-candidates"),
            "git-merge",
        ),
        Group(
            _("立案未交办"),
            sum(states[state] for state in AWAITING_ASSIGNMENT),
            _("立案的提案都要交给承办单位。"),
            _("去交办"),
            _list("filed"),
            "send",
        ),
    ]


def _handling(states: Counter[str], kinds: Counter[str]) -> Sequence[Group]:
    return [
        Group(
            _("待裁定的退办和延期"),
            kinds[DutyKind.RETURN_DECISION] + kinds[DutyKind.EXTENSION_DECISION],
            _("承办单位在等裁定，办理停在那里。"),
            _("查看待裁定的"),
            _list(
                "time-limits",
                kind=[DutyKind.RETURN_DECISION, DutyKind.EXTENSION_DECISION],
                ended="false",
            ),
            "gavel",
        ),
        Group(
            _("待签收"),
            kinds[DutyKind.ACKNOWLEDGE],
            _("承办单位还没有签收。"),
            _("查看未签收的"),
            _list("time-limits", kind=DutyKind.ACKNOWLEDGE, ended="false"),
            "inbox",
        ),
        Group(
            _("未答复"),
            sum(states[state] for state in IN_HANDS),
            _("承办单位还没有全部答复；逾期的可以催办。"),
            _("查看未答复的"),
            _list("proposals", state=IN_HANDS),
            "clipboard-list",
        ),
        Group(
            _("协商中"),
            states[S.ESCALATED],
            _("提案者不满意，要有协商的结论。"),
            _("查看协商中的"),
            _list("proposals", state=S.ESCALATED),
            "messages",
        ),
        Group(
            _("已答复未办结"),
            states[S.REPLIED],
            _("等待提案者评价，或到期后办结。"),
            _("查看已答复的"),
            _list("proposals", state=S.REPLIED),
            "star",
        ),
    ]


def _after(kinds: Counter[str], topics: dict[str, int]) -> Sequence[Group]:
    return [
        Group(
            _("重点题目未审定"),
            topics["undecided"],
            _("推荐和候选的题目要有结论：审定，或不列入。"),
            _("查看题目"),
            _list("key-topics", state=UNDECIDED_STATES),
            "bulb",
        ),
        Group(
            _("重点题目督办中"),
            topics["going_on"],
            _("督办报告要提交并审定。"),
            _("查看题目"),
            _list("key-topics", state=KEY_UNDER_WAY),
            "target-arrow",
        ),
        Group(
            _("承诺未兑现"),
            kinds[DutyKind.COMMITMENT],
            _("答复里的承诺可以跨会议兑现，不妨碍结束。"),
            _("查看承诺"),
            _list("time-limits", kind=DutyKind.COMMITMENT, ended="false"),
            "heart-handshake",
            blocks=False,
        ),
        Group(
            _("跟踪办理"),
            kinds[DutyKind.FOLLOW_UP],
            _("办结后的跟踪可以跨会议进行，不妨碍结束。"),
            _("查看跟踪办理"),
            _list("time-limits", kind=DutyKind.FOLLOW_UP, ended="false"),
            "repeat",
            blocks=False,
        ),
    ]


@require_safe
def session_end(request: HttpRequest) -> HttpResponse:
    """What blocks the end of the chosen session."""
    reader = reader_of(request)
    frame = frame_of(request, reader)
    own = {post.committee_id for post in reader.posts if post.role in READERS}
    sessions = [session for session in frame.sessions if session.committee_id in own]
    session = frame.session if frame.session in sessions else next(iter(sessions), None)
    if session is None:
        raise Http404
    found = groups(session, reader)
    blocking = [group for group in found if group.blocks]
    context = {
        "frame": frame,
        "session": session,
        "blocking": blocking,
        "going_on": [group for group in found if not group.blocks],
        "count": sum(group.count for group in blocking),
    }
    return TemplateResponse(request, "supervision/session_end.html", context)


NAVIGATION = (
    navigation.Entry(
        section=Section.FIGURES,
        label=_("会议收尾"),
        icon="flag-check",
        address=("session_end",),
        roles=READERS,
    ),
)

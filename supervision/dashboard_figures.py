"""The six figures of the leaders' page: of a session, of the one before at the same point, and
their course.

They count what the reports of ``statistics`` count (a test holds them to that), in two queries
a session, so that a page can show them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.enums import DutyKind
from members.models import Session
from members.selectors import rules_for
from proposals.enums import FILED_STATES, ProposalState
from proposals.models import Feedback
from proposals.statistics import counted_intake, current_replies, proposals_then
from supervision.models import Duty
from supervision.models.duty import KEPT, Closing, decided_by, done_by, late_at

POINTS = 8
"""Moments at which the course of a figure is read, the last of them now."""


@dataclass(frozen=True)
class Headline:
    """A figure: a count, or ``number`` of ``whole``, which are shown as a share.

    ``before`` and ``before_whole`` are those of the session before, as long after its opening as
    it is now after that of this one; None where there was none. ``course`` are (moment, value).
    """

    code: str
    label: str
    base: str
    number: int
    whole: int | None = None
    before: int | None = None
    before_whole: int | None = None
    course: Sequence[tuple[datetime, Decimal | None]] = field(default_factory=tuple)

    @property
    def is_share(self) -> bool:
        """Whether it is shown in per cent."""
        return self.whole is not None

    @property
    def value(self) -> Decimal | None:
        """The count, or the share in per cent; None where there is nothing to share."""
        return _value(self.number, self.whole)

    @property
    def value_before(self) -> Decimal | None:
        """The same of the session before."""
        return None if self.before is None else _value(self.before, self.before_whole)

    @property
    def change(self) -> Decimal | None:
        """By how much, or by how many percentage points, it is more than before."""
        if self.value is None or self.value_before is None:
            return None
        return self.value - self.value_before


def _value(number: int, whole: int | None) -> Decimal | None:
    if whole is None:
        return Decimal(number)
    if not whole:
        return None
    return (Decimal(100 * number) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def headlines(session: Session, before: Session | None, at: datetime) -> list[Headline]:
    """The six figures of ``session`` at ``at``, beside those of the session before it."""
    points = _points(session, at)
    now = _counts(session, at, points)
    then: Mapping[str, Any] = {}
    if before is not None:
        then = _counts(before, before.collection_opens_at + (at - session.collection_opens_at), ())
        if not then["received"]:
            then = {}
    rows: list[tuple[str, str, str, str]] = [
        ("received", _("提交件数"), "", _("件；本次会议收到的提案")),
        ("filed", _("立案率"), "received", now["base"]),
        (
            "accepted",
            _("按期签收率"),
            "accept_due",
            _("已到期或已签收的签收任务；任务改派后撤销的不计"),
        ),
        (
            "replied",
            _("按期答复率"),
            "reply_due",
            _("已到期或已答复的答复任务；延期后的期限视为期限"),
        ),
        (
            "satisfied",
            _("满意率"),
            "concluded",
            _("办结件数；收回的评价全部为满意或基本满意"),
        ),
        ("overdue", _("当前逾期"), "", _("件；此刻至少有一项任务逾期的提案")),
    ]
    return [
        Headline(
            code=code,
            label=label,
            base=base,
            number=now[code],
            whole=now[whole] if whole else None,
            before=then.get(code),
            before_whole=then.get(whole) if whole else None,
            course=[
                (moment, _value(now[f"{code}_{n}"], now[f"{whole}_{n}"] if whole else None))
                for n, moment in enumerate(points)
            ],
        )
        for code, label, whole, base in rows
    ]


def _points(session: Session, at: datetime) -> list[datetime]:
    """Moments from the opening of the session until now, evenly apart."""
    span = max(at - session.collection_opens_at, timedelta(0))
    return [session.collection_opens_at + span * n / POINTS for n in range(1, POINTS + 1)]


def _counts(session: Session, at: datetime, points: Sequence[datetime]) -> dict[str, Any]:
    """Everything that is counted of a session as of ``at``, and its course; two queries."""
    counts = {**_of_proposals(session, at, points), **_of_duties(session, at, points)}
    rules = rules_for(session.committee_id, localdate(at))
    raw, filed, merged = counts.pop("raw"), counts.pop("filed_only"), counts.pop("merged")
    received, accepted, base = counted_intake(rules, raw, filed, merged)
    return {**counts, "received": received, "filed": accepted, "base": base}


def _of_proposals(session: Session, at: datetime, points: Sequence[datetime]) -> dict[str, int]:
    then = proposals_then(session, at)
    forms = Feedback.objects.filter(
        reply__in=current_replies(then, at).values("pk"),
        rated_at__lte=at,
        proposal=OuterRef("pk"),
    )
    liked = then.annotate(
        good=Exists(forms.filter(satisfied=True)), bad=Exists(forms.filter(satisfied=False))
    )
    concluded, happy = Q(state_then=ProposalState.CONCLUDED), Q(good=True, bad=False)
    wanted = {
        "raw": Count("pk"),
        "filed_only": Count("pk", filter=Q(state_then__in=FILED_STATES)),
        "merged": Count("pk", filter=Q(state_then=ProposalState.MERGED)),
        "concluded": Count("pk", filter=concluded),
        "satisfied": Count("pk", filter=concluded & happy),
    }
    for n, moment in enumerate(points):
        ended = Q(concluded_at__lte=moment)
        wanted |= {
            f"received_{n}": Count("pk", filter=Q(received_at__lte=moment)),
            f"filed_{n}": Count("pk", filter=Q(filed_at__lte=moment)),
            f"concluded_{n}": Count("pk", filter=ended),
            f"satisfied_{n}": Count("pk", filter=ended & happy),
        }
    counts: dict[str, int] = liked.order_by().aggregate(**wanted)
    return counts


def _of_duties(session: Session, at: datetime, points: Sequence[datetime]) -> dict[str, int]:
    owed = (
        Duty.objects.filter(proposal__session=session, opened_at__lte=at)
        .exclude(closing=Closing.CANCELLED)
        .owed()
    )
    wanted = {}
    for suffix, moment in [("", at), *((f"_{n}", point) for n, point in enumerate(points))]:
        for kind, due, kept in (
            (DutyKind.ACKNOWLEDGE, "accept_due", "accepted"),
            (DutyKind.REPLY, "reply_due", "replied"),
        ):
            of = Q(kind=kind)
            wanted[due + suffix] = Count("pk", filter=of & decided_by(moment))
            wanted[kept + suffix] = Count("pk", filter=of & done_by(moment) & KEPT)
        late = Count("proposal", filter=late_at(moment), distinct=True)
        wanted["overdue" + suffix] = late
    counts: dict[str, int] = owed.order_by().aggregate(**wanted)
    return counts

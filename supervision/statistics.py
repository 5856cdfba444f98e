"""Punctuality: the figures of ``proposals.statistics`` with those read from duties."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from members.enums import DutyKind
from members.models import Session
from proposals import statistics
from proposals.statistics import Figure, Report
from supervision.models import Duty
from supervision.models.duty import Closing


def report(session: Session, at: datetime) -> Report:
    """All figures of a session as of ``at``, punctuality included."""
    known = statistics.report(session, at)
    return replace(known, figures=[*known.figures, *_punctuality(session, at)])


def _punctuality(session: Session, at: datetime) -> list[Figure]:
    """Replies on time over replies due by then; an extended date counts as the date."""
    owed = Duty.objects.filter(
        proposal__session=session, kind=DutyKind.REPLY, opened_at__lte=at
    ).exclude(closing=Closing.CANCELLED)
    done = Q(closing=Closing.DONE, closed_at__lte=at)
    counts = owed.aggregate(
        due=Count("pk", filter=Q(due_at__lte=at) | done),
        on_time=Count("pk", filter=done & Q(closed_at__lte=F("due_at"))),
        overdue=Count("pk", filter=~done & Q(due_at__lt=at)),
    )
    base = _("已到期或已答复的答复任务；延期后的期限视为期限")
    return [
        Figure("replied_on_time", _("按期答复"), counts["on_time"], counts["due"], base),
        Figure("overdue", _("逾期未答复"), counts["overdue"], counts["due"], base),
    ]

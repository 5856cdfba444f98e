"""The facts of a subject that time limits depend on, and a rule in words."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from members.enums import Anchor, AssignmentRole, DutyKind, PeriodKind, ProposerKind, TimeUnit
from members.punctuation import aside
from members.rules import DeadlineRule
from proposals.machine.subject import Subject
from proposals.models import Assignment, Proposal
from supervision import deadlines
from supervision.duty_kinds import declared
from supervision.models import Duty, KeyTopic


def facts_of(subject: Subject, kind: DutyKind, at: datetime) -> deadlines.Facts:
    """The facts of a subject that a rule can depend on."""
    proposal: Proposal | None = subject.root
    if proposal is None:  # a key topic of several proposals, and what hangs on it
        return deadlines.Facts(
            opened_at=at,
            reply_due_at=subject.reply_due_at if isinstance(subject, KeyTopic) else None,
            key=True,
        )
    return deadlines.Facts(
        opened_at=at,
        received_at=proposal.received_at,
        session_closes_on=session_closes_on(subject, kind),
        reply_due_at=_reply_due(proposal.pk) if declared(kind).before_reply else None,
        period=PeriodKind(proposal.period_kind)
        if proposal.period_kind
        else _period_now(subject, at),
        proposer=ProposerKind(proposal.proposer_kind),
        role=AssignmentRole(subject.role) if isinstance(subject, Assignment) else None,
        urgent=proposal.urgent,
        key=proposal.is_key,
    )


def session_closes_on(subject: Subject, kind: DutyKind) -> date | None:
    """The closing day of its session, read only where a rule of the kind counts from it."""
    asked = any(
        rule.duty == kind and rule.anchor == Anchor.SESSION_CLOSE
        for rule in subject.rules.deadlines
    )
    session = subject.root.session if asked else None
    return session.closes_on if session else None


def _period_now(subject: Subject, at: datetime) -> PeriodKind:
    """The period of a proposal not yet submitted: whether a collection window is open."""
    open_now = subject.committee.sessions.filter(
        collection_opens_at__lte=at, collection_closes_at__gt=at
    )
    return PeriodKind.SESSION if open_now.exists() else PeriodKind.INTERSESSION


def _reply_due(proposal_id: int) -> datetime | None:
    duty = Duty.objects.filter(proposal=proposal_id, kind=DutyKind.REPLY).open().last()
    return duty.due_at if duty else None


def basis_of(rule: DeadlineRule) -> str:
    """The rule in words, e.g. ``起算后 5 个月（四川省 2024）``."""
    words = (
        _("每年 %(day)s") % {"day": rule.fixed}
        if rule.fixed
        else _("%(anchor)s %(amount)s %(unit)s")
        % {
            "anchor": rule.anchor.label,
            "amount": rule.amount,
            "unit": TimeUnit(rule.unit).label,
        }
    )
    return aside(words, rule.source)

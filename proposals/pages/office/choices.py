"""What can be chosen in the office's forms where the declaration asks for a key."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from members.pages.forms import Choice
from members.reader import Reader
from members.visibility import visible
from proposals.enums import MERGE_HOSTS, MERGE_SCOPE, MERGEABLE
from proposals.models import CandidateMember, MergeCandidate, Proposal
from proposals.pages.step_pages import StepPage

MOST = 500
"""Choices that a form offers at most; whoever needs another one has the merge desk."""


def _named(rows: Iterable[Proposal]) -> list[Choice]:
    return [Choice(str(row.pk), row.named) for row in rows]


def _received(reader: Reader, subject: Any, **narrowed: Any) -> QuerySet[Proposal]:
    """What the committee has received, as far as the reader sees it, but not the subject."""
    rows = Proposal.objects.filter(
        committee=subject.committee_id, received_at__isnull=False, **narrowed
    )
    return visible(reader, rows).exclude(pk=subject.pk or 0)


def _session_first(reader: Reader, subject: Proposal, **narrowed: Any) -> list[Choice]:
    """Those of the subject's session, in the order of their numbers; then earlier ones."""
    rows = _received(reader, subject, **narrowed)
    own = list(rows.filter(session=subject.session_id).order_by("case_serial", "id")[:MOST])
    others = rows.exclude(session=subject.session_id).order_by("-received_at", "-id")
    return _named([*own, *others[: max(0, MOST - len(own))]])


def hosts(subject: Proposal, reader: Reader) -> list[Choice]:
    """Filed proposals that can take this one in."""
    return _session_first(reader, subject, state__in=MERGE_HOSTS)


def guests(subject: Proposal, reader: Reader) -> list[Choice]:
    """Proposals that can be merged into this one."""
    return _session_first(reader, subject, state__in=MERGEABLE)


def doubles(subject: Proposal, reader: Reader) -> list[Choice]:
    """What a reviewer may have seen before: those grouped with it first."""
    groups = CandidateMember.objects.filter(proposal=subject.pk, left_out_at=None)
    together = CandidateMember.objects.filter(
        proposal=OuterRef("pk"), candidate__in=groups.values("candidate"), left_out_at=None
    )
    rows = _received(reader, subject, session=subject.session_id)
    grouped = rows.annotate(is_grouped=Exists(together))
    return _named(grouped.order_by("-is_grouped", "case_serial", "id")[:MOST])


def inside(subject: MergeCandidate, reader: Reader) -> list[Choice]:
    """The proposals of a group."""
    return _named(visible(reader, subject.proposals()).order_by("id"))


def inside_as_hosts(subject: MergeCandidate, reader: Reader) -> list[Choice]:
    """Those of a group that can take in the others."""
    rows = subject.proposals().filter(state__in=MERGE_HOSTS)
    return _named(visible(reader, rows).order_by("id"))


def gathered(subject: MergeCandidate, reader: Reader) -> list[Choice]:
    """What can be put together to a group."""
    rows = _received(reader, subject, state__in=MERGE_SCOPE)
    return _named(rows.order_by("-received_at", "-id")[:MOST])


STEP_PAGES = (
    StepPage(Proposal.merge, choices={"into": hosts}),
    StepPage(Proposal.take_in, choices={"members": guests}),
    StepPage(MergeCandidate.gather, choices={"members": gathered}),
    # The desk beside the buttons merges.
    StepPage(
        MergeCandidate.merge,
        choices={"host": inside_as_hosts, "members": inside},
        hidden=lambda _group: True,
    ),
    StepPage(MergeCandidate.leave_out, choices={"proposal": inside}),
    StepPage(MergeCandidate.dismiss, shortcut="r"),
)

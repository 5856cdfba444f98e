"""Previews a merger of several proposals before the office decides (并案).

The reasons for a refusal are those of the step itself: both ask
``proposals.models.phases.merging``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from members.models import Body, Member, Unit, User
from members.punctuation import listed
from members.reader import Reader
from members.rules import Rules
from members.visibility import visible
from proposals import notices
from proposals.enums import (
    AWAITING_FILING,
    MERGEABLE,
    ON_ITS_WAY,
    STANDING_SIGNATURES,
    CosignatureState,
)
from proposals.machine.step import declared_step
from proposals.models import Attachment, Cosignature, PreAssignment, Proposal, Reply, Suggestion
from proposals.models.phases.merging import refusal_of_host, refusal_of_member, unknown
from proposals.models.phases.reviewing import hosts_nothing


@dataclass(frozen=True)
class Joining:
    """A proposer; ``joins`` when they become a joint proposer of the host by the merger."""

    member: Member | None
    body: Body | None
    joins: bool

    def __str__(self) -> str:
        return str(self.member or self.body)


@dataclass(frozen=True)
class Wanted:
    """A suggested unit; ``is_new`` when the host does not suggest it yet."""

    unit: Unit
    is_new: bool


@dataclass(frozen=True)
class Side:
    """The host, or one that is to be merged into it; of an unknown one nothing but the key."""

    id: int
    refusal: str = ""
    proposal: Proposal | None = None
    proposers: Sequence[Joining] = ()
    suggestions: Sequence[Suggestion] = ()
    attachments: Sequence[Attachment] = ()
    suggested_units: Sequence[Wanted] = ()


@dataclass(frozen=True)
class Caution:
    """Something that the merger ends or leaves open; ``proposal`` is None when it is of all."""

    proposal: Proposal | None
    text: str


@dataclass(frozen=True)
class Preview:
    """The whole answer; ``told`` are those who would get a notice, each once.

    ``hosts`` are the keys of the given proposals that could take in the others.
    """

    host: Side
    members: Sequence[Side]
    warnings: Sequence[Caution] = ()
    told: Sequence[User] = ()
    hosts: Sequence[int] = ()


def preview(
    reader: Reader, host: Proposal, members: Sequence[int], *, tells: bool = True
) -> Preview:
    """What ``reader`` would bring about by merging ``members`` (keys) into ``host``.

    What the reader does not see is refused like what does not exist. Who would be told is left
    out unless ``tells``. The number of queries does not grow with the number of members.
    """
    found = _read(reader, host, members)
    rules = reader.rules(host.committee_id)
    host = found[host.pk]
    refusals = {
        number: refusal_of_member(found[number], host) if number in found else unknown(number)
        for number in members
    }
    fit = [found[number] for number in members if not refusals[number]]
    told = _told(reader, host, fit) if fit and tells else []
    return Preview(
        host=_side(host, host, refusal_of_host(host)),
        members=[_side(found.get(n), host, refusals[n], key=n) for n in members],
        warnings=[*_warnings(host, fit, rules)],
        told=told,
        hosts=_possible_hosts(found.values()),
    )


def _told(reader: Reader, host: Proposal, fit: Sequence[Proposal]) -> list[User]:
    """Who would get a notice of the merger, each once."""
    step = declared_step(Proposal.take_in)
    told = notices.audience(host, step, reader.day, fit) - {reader.user.pk}
    return list(User.objects.filter(pk__in=told).order_by("pk"))


def _read(reader: Reader, host: Proposal, members: Iterable[int]) -> dict[int, Proposal]:
    """Key to proposal, with everything that the preview looks at."""
    here = Proposal.objects.filter(
        pk__in=[host.pk, *members], committee=host.committee_id, received_at__isnull=False
    )
    rows = (
        visible(reader, here)
        .select_related("lead", "body", "merged_into")
        .prefetch_related(
            "suggestions",
            "suggested_units",
            Prefetch("merged_from", Proposal.objects.order_by("id")),
            Prefetch("attachments", Attachment.objects.beside_texts()),
            Prefetch(
                "cosignatures",
                Cosignature.objects.filter(state__in=STANDING_SIGNATURES).select_related("member"),
            ),
            Prefetch("pre_assignments", PreAssignment.objects.open().select_related("unit")),
            Prefetch("replies", Reply.objects.select_related("assignment__unit").defer("body")),
        )
    )
    return {proposal.pk: proposal for proposal in rows}


# -- The sides ----------------------------------------------------------------------------------


def _side(proposal: Proposal | None, host: Proposal, refusal: str, *, key: int = 0) -> Side:
    if proposal is None:
        return Side(id=key, refusal=refusal)
    present = set(_proposers(host))
    known = {unit.pk for unit in host.suggested_units.all()}
    return Side(
        id=proposal.pk,
        refusal=refusal,
        proposal=proposal,
        proposers=[Joining(*one, joins=one not in present) for one in _proposers(proposal)],
        suggestions=list(proposal.suggestions.all()),
        attachments=list(proposal.attachments.all()),
        suggested_units=[
            Wanted(unit, is_new=unit.pk not in known) for unit in proposal.suggested_units.all()
        ],
    )


def _proposers(proposal: Proposal) -> Iterator[tuple[Member | None, Body | None]]:
    """As ``Proposal.proposers``, from what was fetched ahead."""
    if proposal.body_id is not None:
        yield None, proposal.body
        return
    yield proposal.lead, None
    for signature in proposal.cosignatures.all():
        if signature.state == CosignatureState.AGREED:
            yield signature.member, None


def _possible_hosts(proposals: Iterable[Proposal]) -> list[int]:
    """Those that can take others in, while nothing else given can only be a host itself."""
    able = [proposal for proposal in proposals if not refusal_of_host(proposal)]
    only = [one for one in able if one.state not in MERGEABLE or not hosts_nothing(one)]
    if len(only) > 1:
        return []
    return sorted(proposal.pk for proposal in only or able)


# -- The warnings -------------------------------------------------------------------------------


def _warnings(host: Proposal, members: Sequence[Proposal], rules: Rules) -> Iterator[Caution]:
    for member in members:
        yield from (Caution(member, text) for text in _of_member(member, host, rules))
    yield from (Caution(host, text) for text in _of_host(host, members))
    if rules.review.merge_needs_consent and members:
        yield Caution(None, _("本会规定并案前须征得提案者同意，请填写征得同意的方式和时间"))


def _of_member(member: Proposal, host: Proposal, rules: Rules) -> Iterator[str]:
    invited = [
        row.member for row in member.cosignatures.all() if row.state == CosignatureState.INVITED
    ]
    if invited:
        yield _("%(count)s 份联名邀请尚未答复，并案后失效：%(names)s") % _listed(invited)
    if member.state in AWAITING_FILING and member.rounds_done:
        yield _("审查已完成 %(done)s 轮（共 %(all)s 轮），并案后不再审查，审查意见留存于本件") % {
            "done": member.rounds_done,
            "all": len(rules.review.rounds),
        }
    asked = [row.unit for row in member.pre_assignments.all()]
    if asked:
        yield _("%(count)s 个单位尚未答复预交办，并案后不再征求意见：%(names)s") % _listed(asked)
    if member.publicity_wish != host.publicity_wish:
        yield (
            _("提案者同意公开，而主件的提案者不同意公开")
            if member.publicity_wish
            else _("提案者不同意公开，而主件的提案者同意公开")
        )
    if member.withdrawal_requested_at is not None:
        yield _("提案者已申请撤案，尚未决定；并案后须先解除并案才能撤案")
    if member.is_key and not host.is_key:
        yield _("本件是重点提案，而主件不是")


def _of_host(host: Proposal, members: Sequence[Proposal]) -> Iterator[str]:
    if members and host.withdrawal_requested_at is not None:
        yield _("主件的提案者已申请撤案，尚未决定；并案后须先解除并案才能撤案")
    further = sum(len(member.suggestions.all()) for member in members)
    for reply in host.replies.all():
        if reply.state in ON_ITS_WAY and further:
            yield _("%(unit)s的答复稿（%(state)s）尚未答复随之并入的 %(count)s 条建议") % {
                "unit": reply.assignment.unit,
                "state": reply.get_state_display(),
                "count": further,
            }


def _listed(rows: Sequence[Member] | Sequence[Unit]) -> dict[str, object]:
    return {"count": len(rows), "names": listed(rows)}

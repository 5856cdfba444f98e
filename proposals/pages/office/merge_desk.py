"""What the merge desk shows: some proposals side by side, and what merging them would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.pages.forms import Field
from members.punctuation import listed
from members.reader import Reader
from members.rules import Rules
from members.visibility import visible
from proposals.enums import MERGE_HOSTS, CosignatureState
from proposals.machine.step import declared_step
from proposals.machine.subject import Subject
from proposals.matching.likeness import Text
from proposals.matching.passages import pieces, same
from proposals.merge_preview import Preview, Side, preview
from proposals.models import MergeCandidate, Proposal
from proposals.models.phases.merging import refusal_of_host
from proposals.pages.steps import StepForm
from proposals.pages.subjects import keys_among
from proposals.permissions import give_rules, may
from proposals.rules import entry_name

MOST = 50
"""Proposals on the desk; a merger takes no more."""

SIDE_BY_SIDE = 4
"""How many texts stand beside each other; the others are listed below."""

OWN_CONTROLS = ("host", "members")
"""Fields that the desk draws itself: who is the host, and who joins it."""


@dataclass(frozen=True)
class MergeDesk:
    """Everything on the desk. ``chosen`` are the keys of those that would join the host."""

    keys: Sequence[int]
    columns: Sequence[dict[str, Any]]
    others: Sequence[Side]
    unknown: Sequence[Side]
    chosen: Sequence[int]
    preview: Preview
    differences: Sequence[dict[str, Any]]
    candidate: MergeCandidate | None
    form: StepForm
    fields: Sequence[Field]

    @property
    def host(self) -> Side:
        """The proposal that the others would join."""
        return self.preview.host

    @property
    def can(self) -> bool:
        """Whether the merger would be done as it stands."""
        joining = [side for side in self.preview.members if side.id in self.chosen]
        return not self.host.refusal and bool(joining) and not any(s.refusal for s in joining)

    @property
    def sides(self) -> list[Side]:
        """Those that would join, with what each brings."""
        return [side for side in self.preview.members if side.id in self.chosen]


def proposals_in(request: HttpRequest) -> list[int]:
    """The keys that the address names: ``items=1,2,3``; each once."""
    asked = [part.strip() for text in request.GET.getlist("items") for part in text.split(",")]
    return list(dict.fromkeys(keys_among(asked)))[:MOST]


def laid_out(
    reader: Reader,
    keys: Sequence[int],
    *,
    host: int = 0,
    members: Sequence[int] | None = None,
    candidate: MergeCandidate | None = None,
    form: StepForm | None = None,
    known: dict[int, Proposal] | None = None,
    tells: bool = False,
) -> MergeDesk | None:
    """The desk with these proposals; None when the reader sees fewer than two of them.

    ``host`` is who takes in the others: without it the first that can. ``members`` are those
    that join, without it all others. ``known`` are the rows where they have been read, by key;
    who would be told is looked for if it is asked for (``tells``).
    """
    rows = known or {row.pk: row for row in visible(reader, _received(keys))}
    found = [rows[key] for key in keys if key in rows]
    if len(found) < 2:
        return None
    taking = rows.get(host) or _likely_host(found)
    give_rules(taking, reader)
    seen = preview(reader, taking, [key for key in keys if key != taking.pk], tells=tells)
    sides = {side.id: side for side in (seen.host, *seen.members)}
    present = [sides[key] for key in keys if key in sides and sides[key].proposal is not None]
    for side in present:  # the preview reads neither of them
        row = rows[side.id]
        _shown(side).committee, _shown(side).session = row.committee, row.session
    beside = present[:SIDE_BY_SIDE]
    marked = same([_text(side) for side in beside])
    if form is None:
        give_rules(candidate or taking, reader)
        without = frozenset(OWN_CONTROLS)
        form = merging_form(reader, candidate or taking, data={}, drawn_elsewhere=without)
    return MergeDesk(
        keys=keys,
        columns=[_column(side, marks, seen) for side, marks in zip(beside, marked, strict=True)],
        others=present[SIDE_BY_SIDE:],
        unknown=[side for side in seen.members if side.proposal is None],
        chosen=[
            side.id
            for side in seen.members
            if (members is None and side.proposal is not None) or side.id in (members or ())
        ],
        preview=seen,
        differences=_differences(beside, give_rules(taking, reader)),
        candidate=candidate,
        form=form,
        fields=[field for field in form.fields if field.name not in OWN_CONTROLS],
    )


def may_merge(desk: MergeDesk, reader: Reader) -> bool:
    """Whether the merger is one that the reader does, and its group waits for a decision."""
    subject, step = desk.form.subject, desk.form.step
    waiting = desk.candidate is None or subject.state in step.source
    give_rules(subject, reader)
    return waiting and may(reader, step, subject)


def _received(keys: Sequence[int]) -> Any:
    rows = Proposal.objects.filter(pk__in=keys, received_at__isnull=False)
    return rows.select_related("committee", "session__term", "session__committee")


def _likely_host(found: Sequence[Proposal]) -> Proposal:
    """The first that can take others in; else the first."""
    return next((one for one in found if one.state in MERGE_HOSTS), found[0])


def merging_form(reader: Reader, subject: Subject, **more: Any) -> StepForm:
    """The form of the step that will be taken: of the group, or of the host."""
    is_group = isinstance(subject, MergeCandidate)
    step = declared_step(MergeCandidate.merge if is_group else Proposal.take_in)
    return StepForm(subject, step, reader, **more)


# -- The texts -------------------------------------------------------------------------------


def _text(side: Side) -> Text:
    proposal = _shown(side)
    suggestions = [suggestion.text for suggestion in side.suggestions]
    parts = [proposal.situation, proposal.analysis, *suggestions]
    return Text.of(proposal.title, parts, proposal.committee.place_names)


def _shown(side: Side) -> Proposal:
    if side.proposal is None:
        raise ValueError("only what the reader sees stands on the desk")
    return side.proposal


def _column(side: Side, marked: dict[str, int], seen: Preview) -> dict[str, Any]:
    """A proposal on the desk: its text, cut where others say the same, and why it cannot be host.

    Why it cannot join the host is in ``side``.
    """
    proposal = _shown(side)
    parts = [(_("情况与问题"), proposal.situation), (_("分析"), proposal.analysis)]
    for suggestion in side.suggestions:
        parts.append((_("建议 %(number)s") % {"number": suggestion.number}, suggestion.text))
    return {
        "side": side,
        "proposal": proposal,
        "parts": [
            {"label": label, "pieces": pieces(text, marked)}
            for label, text in parts
            if text.strip()
        ],
        "refusal": refusal_of_host(proposal),
        "is_host": side.id == seen.host.id,
    }


# -- The comparison --------------------------------------------------------------------------


def _differences(sides: Sequence[Side], rules: Rules) -> list[dict[str, Any]]:
    """What each of them has, line by line; a line ``differs`` when not all have the same."""
    lines = [
        (_("提案者"), [listed(side.proposers) for side in sides]),
        (_("类型"), [str(_shown(side).get_proposer_kind_display()) for side in sides]),
        (_("会议"), [str(_shown(side).session) for side in sides]),
        (_("时间类型"), [str(_shown(side).get_period_kind_display()) for side in sides]),
        (_("收到"), [_day(_shown(side)) for side in sides]),
        (_("类别"), [entry_name(rules.review.categories, _shown(side).category) for side in sides]),
        (_("状态"), [str(_shown(side).get_state_display()) for side in sides]),
        (_("建议条数"), [str(len(side.suggestions)) for side in sides]),
        (
            _("建议承办单位"),
            [listed(str(one.unit) for one in side.suggested_units) for side in sides],
        ),
        (_("附件"), [listed(side.attachments) for side in sides]),
        (_("同意公开"), [_("是") if _shown(side).publicity_wish else _("否") for side in sides]),
        (_("待确认的联名"), [str(_invited(_shown(side))) for side in sides]),
    ]
    return [
        {"label": label, "values": values, "differs": len(set(values)) > 1}
        for label, values in lines
    ]


def _day(proposal: Proposal) -> str:
    at = proposal.received_at
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _invited(proposal: Proposal) -> int:
    """Invitations to co-sign that are not answered, from what was fetched ahead."""
    rows = proposal.cosignatures.all()
    return sum(1 for row in rows if row.state == CosignatureState.INVITED)

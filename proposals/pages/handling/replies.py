"""Replies as pages show them: answers to the suggestions, progress, missing parts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from members.enums import AssignmentRole
from members.reader import Reach, Reader, read_once
from members.rules import Rules
from members.visibility import visible
from proposals.enums import REPLY_STAGES, Adoption, FeedbackState, Publicity
from proposals.enums import ReplyState as S
from proposals.models import Event, Feedback, Proposal, Reply, ReplyPoint, Suggestion
from proposals.pages.handling.tasks import replies_of
from proposals.pages.proposal import actions
from proposals.rules import entry_name

BACK = (Reply.send_back.__name__, Reply.send_back_from_inspection.__name__)
"""Steps that send it back to its handler."""


Row = dict[str, Any]
"""Something that a template shows."""


def answers_of(proposal: Proposal, reader: Reader) -> list[Row]:
    """The replies of a proposal that the reader sees: six queries, however many there are."""
    return explained(replies_of(proposal, reader), proposal, reader)


def explained(
    replies: Sequence[Reply], proposal: Proposal, reader: Reader, *, alone: bool = False
) -> list[Row]:
    """Replies of one proposal with all that is shown of them.

    ``chain`` and ``backs`` are for those who work on it; ``insider`` is whether the reader does.
    One that stands ``alone`` on its page has its buttons there.
    """
    if not replies:
        return []
    points = ReplyPoint.objects.select_related("suggestion__proposal")
    # Whoever sees a reply sees its points and, once they are undertaken, its promises.
    prefetch_related_objects(list(replies), Prefetch("points", points), Prefetch("commitments"))
    reach, rules = reader.reach, reader.rules(proposal.committee_id)
    insiders = {reply.pk for reply in replies if is_insider(reply, reach)}
    events = _events(insiders, reader)
    suggestions = suggestions_of(proposal, reader)
    rated = _ratings([reply.pk for reply in replies if reply.delivered_at], reader, rules)
    found = []
    for reply in replies:
        inside = reply.pk in insiders
        own = events.get(reply.pk, [])
        begun = reply.state == S.DRAFTING and reply.unit_id in reach.units
        found.append(
            {
                "reply": reply,
                "result": entry_name(rules.handling.result_classes, reply.result_class),
                "points": answered(reply, suggestions, unanswered=inside),
                "commitments": [row for row in reply.commitments.all() if inside or row.state],
                "chain": chain(reply, own, rules) if inside else [],
                "backs": backs(own) if inside else [],
                "checks": checks(reply, suggestions, rules) if begun else [],
                "ratings": rated.get(reply.pk, []),
                "actions": [] if alone else actions(reply, reader),
                "insider": inside,
            }
        )
    return found


def _ratings(keys: Sequence[int], reader: Reader, rules: Rules) -> Mapping[int, Sequence[Row]]:
    """How these replies were rated, and the forms that are still out, as far as one sees them."""
    found: dict[int, list[Row]] = {}
    if not keys:
        return found
    forms = Feedback.objects.filter(reply__in=keys).exclude(state=FeedbackState.VOID)
    seen = visible(reader, forms.select_related("member", "body"))
    for form in seen.order_by("id"):
        rated = {
            "form": form,
            "who": str(form.member or form.body),
            "attitude": entry_name(rules.feedback.attitude, form.attitude),
            "result": entry_name(rules.feedback.result, form.result),
        }
        found.setdefault(form.reply_id, []).append(rated)
    return found


def is_insider(reply: Reply, reach: Reach) -> bool:
    """Whether the reader is of the unit that replies, or an official."""
    return reply.unit_id in reach.units or reply.committee_id in reach.officials


# -- Suggestions and their answers ---------------------------------------------------------------


@read_once
def suggestions_of(proposal: Proposal, reader: Reader) -> list[Suggestion]:
    """The suggestions that its replies answer; one query for the whole page."""
    return list(Suggestion.objects.to_answer(proposal.pk))


def answered(reply: Reply, suggestions: Sequence[Suggestion], *, unanswered: bool) -> list[Row]:
    """The suggestions with the reply's answers, in order; ``unanswered`` ones only if asked.

    The ``point`` of those is None.
    """
    points = {point.suggestion_id: point for point in reply.points.all()}
    known = {suggestion.pk for suggestion in suggestions}
    rows = [*suggestions]
    rows += [point.suggestion for key, point in points.items() if key not in known]
    return [
        {
            "number": row.number_in(reply.proposal_id),
            "suggestion": row,
            "point": points.get(row.pk),
        }
        for row in rows
        if unanswered or row.pk in points
    ]


# -- The way to the proposer ---------------------------------------------------------------------


def _events(keys: Iterable[int], reader: Reader) -> Mapping[int, list[Event]]:
    """The events of these replies that the reader may see."""
    found: dict[int, list[Event]] = {}
    rows: QuerySet[Event] = Event.objects.filter(subject_kind=Reply.kind, subject_id__in=list(keys))
    if keys:
        for event in visible(reader, rows.select_related("actor")).order_by("id"):
            found.setdefault(event.subject_id, []).append(event)
    return found


def chain(reply: Reply, events: Sequence[Event], rules: Rules) -> list[Row]:
    """The stages of its way: done, now or ahead, who took it further, and when.

    Those behind a return are to do again.
    """
    passed = _passed(events)
    reached = REPLY_STAGES.index(reply.state) if reply.state in REPLY_STAGES else -1
    stages = []
    for at, state in enumerate(REPLY_STAGES):
        event = passed.get(state)
        if state == S.INSPECTION and not rules.handling.inspection and event is None:
            continue
        standing = "done" if at < reached or event is not None else "ahead"
        if at == reached and reply.state != S.DELIVERED:
            standing = "now"
        who = str(event.actor or "") if event is not None else ""
        if state == S.SIGNING and reply.signed_by:
            who = reply.signed_by
        at_last = event.at if event is not None else None
        stages.append({"label": state.label, "standing": standing, "who": who, "at": at_last})
    return stages


def _passed(events: Iterable[Event]) -> dict[str, Event]:
    """The event that completed each stage; a stage that was sent back is no longer complete."""
    passed: dict[str, Event] = {}
    for event in events:
        if event.source not in REPLY_STAGES or event.target not in REPLY_STAGES:
            continue
        here, there = REPLY_STAGES.index(S(event.source)), REPLY_STAGES.index(S(event.target))
        for state in REPLY_STAGES[there:]:
            passed.pop(state, None)
        if there > here:
            passed[event.source] = event
        if event.target == S.DELIVERED:
            passed[S.DELIVERED] = event
    return passed


def backs(events: Iterable[Event]) -> list[Row]:
    """How often, by whom and why it was sent back."""
    steps = Reply.all_steps()
    return [
        {
            "label": steps[event.action].label,
            "who": str(event.actor or ""),
            "at": event.at,
            "reason": str(event.input.get("reason", "")),
        }
        for event in events
        if event.action in BACK
    ]


# -- The check before it is sent on --------------------------------------------------------------


def checks(reply: Reply, suggestions: Sequence[Suggestion], rules: Rules) -> list[Row]:
    """What a reply still needs before it is sent on: what the rules require, and oddities.

    The ``weight`` of a line is ok, warning or missing.
    """
    return [
        _check_points(reply, suggestions, rules),
        *_check_opinions(reply),
        _check_contacts(reply, rules),
        *_check_result(reply, rules),
        *_check_promises(reply),
        *_check_publicity(reply),
    ]


def _line(weight: str, words: str, detail: Sequence[str] = ()) -> Row:
    return {"weight": weight, "words": words, "detail": detail}


def _check_points(reply: Reply, suggestions: Sequence[Suggestion], rules: Rules) -> Row:
    answers = {point.suggestion_id for point in reply.points.all()}
    missing = [s.number_in(reply.proposal_id) for s in suggestions if s.pk not in answers]
    if not missing:
        words = _("%(count)s 条建议都已答复") % {"count": len(suggestions)}
        return _line("ok", words)
    partly = answers and reply.assignment.role == AssignmentRole.SEPARATE
    weight = "missing" if rules.handling.point_by_point and not partly else "warning"
    words = _("还有 %(count)s 条建议没有答复") % {"count": len(missing)}
    return _line(weight, words, [_("第 %(number)s 条") % {"number": one} for one in missing])


def _check_opinions(reply: Reply) -> list[Row]:
    if reply.assignment.role != AssignmentRole.LEAD:
        return []
    missing = [str(task.unit) for task in reply.assignment.missing_opinions()]
    if missing:
        return [_line("missing", _("会办意见尚未交齐"), missing)]
    return [_line("ok", _("会办意见已交齐"))]


def _check_contacts(reply: Reply, rules: Rules) -> Row:
    wanted, records = rules.handling.contacts_required, len(reply.assignment.contact_records.all())
    words = _("与提案者沟通 %(count)s 次（规则要求至少 %(wanted)s 次）") % {
        "count": records,
        "wanted": wanted,
    }
    return _line("ok" if reply.contacts_suffice(rules) else "missing", words)


def _check_result(reply: Reply, rules: Rules) -> list[Row]:
    classes = {entry.code: entry for entry in rules.handling.result_classes}
    entry = classes.get(reply.result_class)
    refused = [point for point in reply.points.all() if point.adoption == Adoption.NOT_ADOPTED]
    if entry is not None and entry.solved and refused:
        words = _("办理结果为“%(result)s”，但有 %(count)s 条建议未采纳") % {
            "result": entry.name,
            "count": len(refused),
        }
        return [_line("warning", words)]
    return []


def _check_promises(reply: Reply) -> list[Row]:
    undated = [row for row in reply.commitments.all() if row.due_on is None]
    if not undated:
        return []
    words = _("%(count)s 项承诺没有写明期限，将按规则定期限") % {"count": len(undated)}
    return [_line("warning", words)]


def _check_publicity(reply: Reply) -> list[Row]:
    label: Any = reply.get_publicity_display()
    if reply.publicity == Publicity.CLOSED:
        words = _("不公开，理由：%(reason)s") % {"reason": reply.publicity_reason}
        return [_line("warning", words)]
    return [_line("ok", _("公开属性：%(publicity)s") % {"publicity": label})]

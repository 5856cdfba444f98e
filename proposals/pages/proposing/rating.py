"""Rating a reply: the letter beside the form, the scales explained, and what follows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from members.enums import FeedbackScale
from members.pages.forms import Choice
from members.reader import Reader
from members.rules import Rules
from members.visibility import visible, visible_row
from proposals.due_dates import due_on
from proposals.enums import FeedbackState
from proposals.enums import ProposalState as S
from proposals.models import Event, Feedback, Reply
from proposals.pages.step_pages import StepPage
from proposals.pages.subjects import SubjectPage
from proposals.rules import entry_name


def letter(form: Feedback, reader: Reader) -> dict[str, Any]:
    """The reply that a form asks about, as far as the reader sees it."""
    rules = reader.rules(form.committee)
    rows = Reply.objects.select_related("assignment__unit", "proposal__lead")
    reply = visible_row(reader, rows, form.reply_id)
    shown: dict[str, Any] = {
        "feedback": form,
        "reply": reply,
        "ratings": {
            "attitude": entry_name(rules.feedback.attitude, form.attitude),
            "result": entry_name(rules.feedback.result, form.result),
        },
        "follows": follows(form, rules) if form.state == FeedbackState.RATED else "",
        "clock": due_on(form, reader),
    }
    if reply is not None:
        shown |= {
            "result_class": entry_name(rules.handling.result_classes, reply.result_class),
            "points": list(
                reply.points.select_related("suggestion").order_by("suggestion__number")
            ),
            "promises": list(visible(reader, reply.commitments.all()).order_by("id")),
            "files": list(visible(reader, reply.attachments.filter(removed_at=None))),
        }
    return shown


def follows(form: Feedback, rules: Rules) -> str:
    """What happens after this rating, as the rulebook and the proposal now stand."""
    if not form.poor:
        return ""
    proposal = form.proposal
    if proposal.state == S.HANDLING:
        return _(
            "按规则，承办单位须重新办理（第 %(round)s 轮，最多 %(most)s 轮）并再次答复，"
            "新的答复送到以后再请您评价。"
        ) % {"round": proposal.round, "most": rules.feedback.max_rounds}
    if proposal.state == S.ESCALATED:
        return _("已是最后一轮办理，提案委员会将召集协商，协商结果记录在案以后办结。")
    if proposal.state == S.CONCLUDED:
        return _("本件已办结，您的评价记录在案。")
    return _("待应评价的提案者都评价以后，按规则重新办理或者召集协商。")


def _thanks(event: Event, reader: Reader) -> str:
    form: Any = event.subject
    form.proposal.refresh_from_db()
    thanks = _("您的评价已送承办单位和提案委员会。")
    return f"{thanks}{follows(form, reader.rules(form.committee))}"


def _scale(name: FeedbackScale) -> Any:
    def choices(form: Feedback, reader: Reader) -> list[Choice]:
        rules = reader.rules(form.committee).feedback
        reopens = name in rules.reopens_on
        warning = _("须说明理由；按规则将重新办理")
        return [
            Choice(entry.code, entry.name, warning if entry.poor and reopens else "")
            for entry in getattr(rules, name)
        ]

    return choices


STEP_PAGES = (
    StepPage(
        Feedback.rate,
        template="proposals/rate.html",
        context=lambda request, form: letter(form.subject, form.reader),
        choices={name.value: _scale(name) for name in FeedbackScale},
        full_page=True,
        success=_thanks,
    ),
)
SUBJECT_PAGES = (
    SubjectPage(
        Feedback,
        "feedback",
        template="proposals/feedback.html",
        related=("member", "body", "proposal__committee", "reply"),
        context=letter,
    ),
)

"""Tells the people of a step's audiences what happened, and words it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.services.notice import Message, send
from proposals.audiences import Occasion, people
from proposals.machine.step import News, Step, StepContext
from proposals.machine.subject import Subject
from proposals.models import Proposal


def tell(subject: Subject, step: Step, context: StepContext) -> None:
    """Write a notice to everybody whom the step tells, but not to the one who took it."""
    told = audience(subject, step, context.day, context.others)
    told -= {context.by.pk if context.by else None}
    if not told:
        return
    with override(settings.LANGUAGE_CODE):  # the writer's language need not be the reader's
        own = step.news or type(subject).news
        news = own(subject, context) or _news(subject, step)
        lines = [*news.lines, *_said(context.data)]
    text = "\n".join(lines)
    about = f"{subject.kind}:{subject.pk}"
    send(
        [Message(user, news.title, text, news.about.link, about=about) for user in sorted(told)],
        at=context.at,
    )


def worded(subject: Subject, step: Step, data: Mapping[str, Any]) -> News:
    """What the notice of a step would say if it were taken with ``data``.

    For steps that have no words of their own (``Step.news``).
    """
    with override(settings.LANGUAGE_CODE):
        news = _news(subject, step)
        return News(news.title, [*news.lines, *_said(data)], news.about)


def audience(subject: Subject, step: Step, day: date, others: Sequence[Proposal] = ()) -> set[int]:
    """The keys of the users whom the step tells, each once; ``others`` as in a StepContext."""
    return people(step.tells, Occasion([subject], day, [proposal.pk for proposal in others]))


def _news(subject: Subject, step: Step) -> News:
    proposal = subject.root
    number = proposal.number
    title = _("《%(title)s》%(step)s") % {"title": proposal.title[:150], "step": step.label}
    lines = [_("编号：%(number)s") % {"number": number}] if number else []
    return News(title, lines, proposal)


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    """What the person who took the step wrote for others to read."""
    for name in ("notice", "reason", "note", "destination"):
        if isinstance(value := data.get(name), str) and value:
            yield value

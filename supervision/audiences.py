"""The audiences of steps on key topics, in addition to ``proposals.audiences``."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.models import User
from proposals.audiences import Accounts, Audience, Occasion
from proposals.models import Assignment


def _topics(occasion: Occasion) -> list[Any]:
    """The key topics among the subjects, or to which they belong."""
    return [getattr(subject, "topic", subject) for subject in occasion.subjects]


def _topic_leaders(occasion: Occasion) -> Iterator[Accounts]:
    """The leading supervisors of a topic, as far as they still hold the post."""
    for topic in _topics(occasion):
        yield occasion.holders(
            Role.LEADING_SUPERVISOR,
            committee=topic.committee_id,
            user__in=topic.supervisors.order_by().values("pk"),
        )


def _supervising_body(occasion: Occasion) -> Iterator[Accounts]:
    bodies = {topic.supervising_body_id for topic in _topics(occasion)} - {None}
    yield occasion.holders(Role.COLLECTIVE_CONTACT, body__in=bodies)


def _topic_units(occasion: Occasion) -> Iterator[Accounts]:
    """Units that have a task on a topic's proposals, or on what these were merged into.

    They hear nothing of a topic before it is announced.
    """
    topics = [topic.pk for topic in _topics(occasion) if topic.announced_at is not None]
    of_them = Q(proposal__topic_links__topic__in=topics)
    of_them |= Q(proposal__merged_from__topic_links__topic__in=topics)
    tasks = Assignment.objects.live().filter(of_them).order_by()
    yield occasion.holders(Role.UNIT_LIAISON, unit__in=tasks.values("unit"))


def _asked_unit(occasion: Occasion) -> Iterator[Accounts]:
    """The unit that an instruction asks, or the office where it asks none."""
    yield occasion.holders(Role.UNIT_LIAISON, unit__in=occasion.keys("unit_id"))
    offices = [row.committee_id for row in occasion.subjects if row.unit_id is None]
    yield occasion.holders(Role.COMMITTEE_CLERK, committee__in=offices)


def _nominator(occasion: Occasion) -> Iterator[Accounts]:
    named = User.objects.filter(pk__in=occasion.keys("nominated_by_id"))
    yield named.order_by().values_list("pk", flat=True)


asked_unit = Audience("asked_unit", _("落实单位"), _asked_unit)
nominator = Audience("nominator", _("推荐人"), _nominator)
supervising_body = Audience("supervising_body", _("协助督办"), _supervising_body)
topic_leaders = Audience("topic_leaders", _("领衔督办领导"), _topic_leaders)
topic_units = Audience("topic_units", _("承办单位"), _topic_units)

AUDIENCES = (asked_unit, nominator, supervising_body, topic_leaders, topic_units)
"""All of them."""

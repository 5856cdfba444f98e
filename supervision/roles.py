"""Who takes the steps of supervision, and sets of roles that read its pages."""

from typing import Any

from members.enums import OFFICE_ROLES, Role
from members.models import Post
from proposals.machine import who
from proposals.machine.who import Who


def _in_committee(post: Post, subject: Any) -> bool:
    return post.committee_id == subject.committee_id


def _supervises(post: Post, subject: Any) -> bool:
    """The body that helps to supervise the topic, or that the topic of a milestone is."""
    topic = getattr(subject, "topic", subject)
    return post.body_id is not None and post.body_id == topic.supervising_body_id


def _leads(post: Post, subject: Any) -> bool:
    """A leader of the committee whom the meeting named for this topic."""
    return _in_committee(post, subject) and subject.led_by(post.user_id)


def _of_the_whole_platform(post: Post, change: Any) -> bool:
    """The calendar is everybody's: the platform's administrators, or the topmost committee's."""
    if post.committee_id is None:
        return True
    return post.committee_id == change.committee_id and change.committee.parent_id is None


OFFICE = frozenset({Role.COMMITTEE_CLERK, Role.COMMITTEE_DIRECTOR})
"""Who chooses key topics, and has them supervised where no special committee does."""

OFFICERS = OFFICE | {Role.ASSIGNING_OFFICER, Role.INSPECTION_OFFICER}
"""Who watches over the dates of others."""

OVERSEERS = OFFICE_ROLES | OFFICERS | {Role.LEADING_SUPERVISOR}
"""Who reads figures and the board of key topics; in which committees, ``led_committees`` says."""

office = who.clerk | who.director
nominator = Who(
    Role.COMMITTEE_CLERK,
    Role.COMMITTEE_REVIEWER,
    Role.COMMITTEE_DIRECTOR,
    Role.ASSIGNING_OFFICER,
    Role.COLLECTIVE_CONTACT,
    Role.UNIT_LIAISON,
    scope=_in_committee,
)
body_contact = Who(Role.COLLECTIVE_CONTACT, scope=_supervises)
leading_supervisor = Who(Role.LEADING_SUPERVISOR, scope=_leads)
calendar_administrator = Who(
    Role.PLATFORM_ADMINISTRATOR, Role.COMMITTEE_ADMINISTRATOR, scope=_of_the_whole_platform
)


def nominator_post(post: Post, subject: Any) -> bool:
    """Whether it is by this post that somebody nominates."""
    return post.role in nominator.roles() and _in_committee(post, subject)

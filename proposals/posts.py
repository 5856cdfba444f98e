"""Records posts: each appointment, change of dates and end is an event in a chain."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.enums import Channel, PostChange, Role
from members.models import Body, Member, Post, Unit, User
from proposals.models import Event

KIND = "post"
"""The name of posts in events."""


class PostInput(serializers.Serializer[Any]):
    """The input of an event about a post: its columns, and the reason."""

    holder = serializers.CharField(label=_("任职人"))
    scope = serializers.CharField(label=_("任职范围"))
    reason = serializers.CharField(label=_("事由"))
    user = serializers.PrimaryKeyRelatedField(label=_("账号"), queryset=User.objects.all())
    role = serializers.ChoiceField(label=_("职务"), choices=Role.choices)
    unit = serializers.PrimaryKeyRelatedField(label=_("承办单位"), queryset=Unit.objects.all())
    body = serializers.PrimaryKeyRelatedField(label=_("集体提案者"), queryset=Body.objects.all())
    member = serializers.PrimaryKeyRelatedField(label=_("委员"), queryset=Member.objects.all())
    since = serializers.DateField(label=_("任职日期"))
    until = serializers.DateField(label=_("卸任日期"))


def content(post: Post) -> dict[str, Any]:
    """The columns of a post, as its last event must tell them."""
    return {
        "user": post.user_id,
        "role": post.role,
        "unit": post.unit_id,
        "body": post.body_id,
        "member": post.member_id,
        "since": post.since and post.since.isoformat(),
        "until": post.until and post.until.isoformat(),
    }


def stands(post: Post, end: Event) -> bool:
    """Whether a post is as its last event left it."""
    told = {name: end.input.get(name) for name in content(post)}
    left = (end.target, end.sequence, end.hash, end.committee_id, told)
    now = (post.state, post.version, post.ledger_hash, post.committee_id, content(post))
    return left == now


def record(
    post: Post, change: PostChange, *, by: User | None, at: datetime, reason: str, channel: Channel
) -> Event:
    """Append what was done to a post to the ledger."""
    chain = Event.objects.filter(subject_kind=KIND, subject_id=post.pk).order_by("sequence")
    last = chain.last() if post.version else None
    event = Event(
        subject_kind=KIND,
        subject_id=post.pk,
        sequence=post.version + 1,
        committee_id=post.committee_id,
        action=change,
        source=last.target if last is not None else "",
        target=post.state,
        actor=by,
        channel=channel if by is not None else Channel.SYSTEM,
        at=at,
        input={
            "holder": str(post.user),
            "scope": str(post.unit or post.body or post.member or post.committee or ""),
            "reason": reason,
            **content(post),
        },
        previous_hash=post.ledger_hash,
    )
    event.hash = post.ledger_hash = event.digest()
    event.save(force_insert=True)
    post.version = event.sequence
    post.save(update_fields=["version", "ledger_hash"])
    return event

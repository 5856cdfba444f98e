"""Records rows of people and bodies: each change of a post or a service token is an event.

Such rows have no machine. Their services announce a change, and the event tells the whole row, so
that the ledger's check finds a row that was changed behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.enums import Channel, PostChange, PostState, Role, TokenChange, TokenStanding
from members.models import Body, Member, Post, ServiceToken, Unit, User
from members.punctuation import aside, listed
from proposals.models import Event


@dataclass(frozen=True)
class RecordedRow:
    """A kind of row that is on record, with its states and its changes.

    ``content`` gives the columns that the last event must tell, ``words`` what the ledger shows
    of the row beside them; ``input`` names both, and ``title`` makes of them one line. ``rows``
    are all rows with what ``content`` reads.
    """

    kind: str
    rows: Callable[[], QuerySet[Any]]
    states: type[TextChoices]
    changes: type[TextChoices]
    input: type[serializers.Serializer[Any]]
    content: Callable[[Any], dict[str, Any]]
    words: Callable[[Any], dict[str, str]]
    title: Callable[[Mapping[str, Any]], str]

    @property
    def label(self) -> Any:
        """What one is called."""
        return self.rows().model._meta.verbose_name

    def stands(self, row: Any, end: Event) -> bool:
        """Whether a row is as its last event left it."""
        content = self.content(row)
        told = {name: end.input.get(name) for name in content}
        left = (end.target, end.sequence, end.hash, end.committee_id, told)
        return left == (row.state, row.version, row.ledger_hash, row.committee_id, content)


# -- Posts ------------------------------------------------------------------------------------


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


def _post_content(post: Post) -> dict[str, Any]:
    return {
        "user": post.user_id,
        "role": post.role,
        "unit": post.unit_id,
        "body": post.body_id,
        "member": post.member_id,
        "since": post.since and post.since.isoformat(),
        "until": post.until and post.until.isoformat(),
    }


def _post_words(post: Post) -> dict[str, str]:
    scope = post.unit or post.body or post.member or post.committee or ""
    return {"holder": str(post.user), "scope": str(scope)}


def _post_title(told: Mapping[str, Any]) -> str:
    role = dict(Role.choices).get(told["role"], told["role"])
    return aside(f"{told['holder']} {role}", told["scope"])


POSTS = RecordedRow(
    kind="post",
    rows=Post.objects.all,
    states=PostState,
    changes=PostChange,
    input=PostInput,
    content=_post_content,
    words=_post_words,
    title=_post_title,
)

# -- Service tokens ---------------------------------------------------------------------------


class ServiceTokenInput(serializers.Serializer[Any]):
    """The input of an event about a service token: its columns, and the reason."""

    name = serializers.CharField(label=_("名称"))
    holder = serializers.CharField(label=_("责任人"))
    scope = serializers.CharField(label=_("权限"))
    reason = serializers.CharField(label=_("事由"))
    account = serializers.PrimaryKeyRelatedField(label=_("服务账号"), queryset=User.objects.all())
    made_by = serializers.PrimaryKeyRelatedField(label=_("责任人"), queryset=User.objects.all())
    posts = serializers.PrimaryKeyRelatedField(
        label=_("职务"), queryset=Post.objects.all(), many=True
    )
    read_only = serializers.BooleanField(  # type: ignore[assignment]  # the metaclass takes it away
        label=_("只读")
    )
    until = serializers.DateField(label=_("有效期至"))
    prefix = serializers.CharField(label=_("前缀"))


def _token_content(token: ServiceToken) -> dict[str, Any]:
    return {
        "account": token.account_id,
        "made_by": token.made_by_id,
        "posts": sorted(post.pk for post in token.posts.all()),
        "read_only": token.read_only,
        "until": token.until and token.until.isoformat(),
        "prefix": token.prefix,
    }


def _token_words(token: ServiceToken) -> dict[str, str]:
    posts = token.posts.select_related("unit", "body").order_by("pk")
    return {
        "name": token.name,
        "holder": str(token.made_by),
        "scope": listed(post.in_words() for post in posts),
    }


SERVICE_TOKENS = RecordedRow(
    kind="servicetoken",
    rows=lambda: ServiceToken.objects.prefetch_related("posts"),
    states=TokenStanding,
    changes=TokenChange,
    input=ServiceTokenInput,
    content=_token_content,
    words=_token_words,
    title=lambda told: aside(told["name"], told["holder"]),
)

# -- The record -------------------------------------------------------------------------------

RECORDED = {recorded.kind: recorded for recorded in (POSTS, SERVICE_TOKENS)}
"""The kinds of rows on record, by their names in events."""


def record(
    row: Any,
    change: TextChoices,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    channel: Channel,
) -> Event:
    """Append what was done to a row to the ledger."""
    kind = RECORDED[str(row._meta.model_name)]
    chain = Event.objects.filter(subject_kind=kind.kind, subject_id=row.pk).order_by("sequence")
    last = chain.last() if row.version else None
    event = Event(
        subject_kind=kind.kind,
        subject_id=row.pk,
        sequence=row.version + 1,
        committee_id=row.committee_id,
        action=change,
        source=last.target if last is not None else "",
        target=row.state,
        actor=by,
        channel=channel if by is not None else Channel.SYSTEM,
        at=at,
        input={**kind.words(row), "reason": reason, **kind.content(row)},
        previous_hash=row.ledger_hash,
    )
    event.hash = row.ledger_hash = event.digest()
    event.save(force_insert=True)
    row.version = event.sequence
    row.save(update_fields=["version", "ledger_hash"])
    return event

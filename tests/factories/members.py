"""One dull factory for each model of people and bodies.

Rows of one place belong together: pass ``committee`` to have several in the same one.
"""

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from members.enums import BodyKind, CommitteeLevel, Means, Role, UnitKind
from members.models import (
    Body,
    Committee,
    Delivery,
    Member,
    Notice,
    NoticeChannel,
    Post,
    Rulebook,
    Session,
    StandIn,
    Term,
    Unit,
    User,
    Webhook,
    WebhookCall,
    WebhookSecret,
)
from members.presets import preset

PASSWORD = "a long and quiet river"


class UserFactory(DjangoModelFactory):
    """Signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"张{n}")
    password = factory.django.Password(PASSWORD)


class CommitteeFactory(DjangoModelFactory):
    """Has the county's rules since 2020; ``rulebook``: another preset or document, or False."""

    class Meta:
        model = Committee
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"county{n}")
    name = factory.Sequence(lambda n: f"某市第{n}区政协")
    short_name = factory.Sequence(lambda n: f"第{n}区")
    level = CommitteeLevel.COUNTY

    @factory.post_generation
    def rulebook(self: Committee, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted is False or not create:
            return
        document = extracted if isinstance(extracted, dict) else preset(extracted or "county")
        RulebookFactory(committee=self, document=document)


class RulebookFactory(DjangoModelFactory):
    class Meta:
        model = Rulebook

    committee = factory.SubFactory(CommitteeFactory, rulebook=False)
    effective_from = date(2020, 1, 1)
    document = factory.LazyFunction(lambda: preset("county"))


class TermFactory(DjangoModelFactory):
    """The fourth term: 2022 to 2026."""

    class Meta:
        model = Term

    committee = factory.SubFactory(CommitteeFactory)
    number = factory.Sequence(lambda n: 4 + n)
    begins_on = date(2022, 1, 1)
    ends_on = date(2027, 1, 1)


class SessionFactory(DjangoModelFactory):
    """In January 2024; collects from November to the 12th at noon in Shanghai."""

    class Meta:
        model = Session

    committee = factory.SelfAttribute("term.committee")
    term = factory.SubFactory(TermFactory)
    number = factory.Sequence(lambda n: 1 + n)
    opens_on = date(2024, 1, 10)
    closes_on = date(2024, 1, 14)
    collection_opens_at = datetime(2023, 11, 1, 0, 0, tzinfo=UTC)
    collection_closes_at = datetime(2024, 1, 12, 4, 0, tzinfo=UTC)


class BodyFactory(DjangoModelFactory):
    class Meta:
        model = Body

    committee = factory.SubFactory(CommitteeFactory)
    kind = BodyKind.SECTOR
    name = factory.Sequence(lambda n: f"第{n}界别")


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    committee = factory.SubFactory(CommitteeFactory)
    kind = UnitKind.GOVERNMENT
    name = factory.Sequence(lambda n: f"第{n}局")


class MemberFactory(DjangoModelFactory):
    """With an account that holds the member's post; ``user=None`` for a member without."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    committee = factory.SubFactory(CommitteeFactory)
    user = factory.SubFactory(UserFactory)
    number = factory.Sequence(lambda n: f"{n:05}")
    name = factory.Sequence(lambda n: f"李{n}")

    @factory.post_generation
    def post(self: Member, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and self.user is not None:
            PostFactory(user=self.user, role=Role.MEMBER, committee=self.committee, member=self)


class PostFactory(DjangoModelFactory):
    """A clerk; name the ``unit``, ``body`` or ``member`` for a role that has one."""

    class Meta:
        model = Post

    user = factory.SubFactory(UserFactory)
    role = Role.COMMITTEE_CLERK
    committee = factory.SubFactory(CommitteeFactory)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    recipient = factory.SubFactory(UserFactory)
    title = "提案已立案"
    created_at = datetime(2024, 2, 1, tzinfo=UTC)


class NoticeChannelFactory(DjangoModelFactory):
    class Meta:
        model = NoticeChannel

    user = factory.SubFactory(UserFactory)
    means = Means.EMAIL
    address = "somebody@example.com"


class DeliveryFactory(DjangoModelFactory):
    """Waits since the notice was written."""

    class Meta:
        model = Delivery

    notice = factory.SubFactory(NoticeFactory)
    recipient = factory.SelfAttribute("notice.recipient")
    means = Means.EMAIL
    created_at = due_at = next_try_at = factory.SelfAttribute("notice.created_at")


class StandInFactory(DjangoModelFactory):
    """In March 2024."""

    class Meta:
        model = StandIn

    user = factory.SubFactory(UserFactory)
    stand_in = factory.SubFactory(UserFactory)
    since = date(2024, 3, 1)
    until = date(2024, 4, 1)
    made_at = datetime(2024, 2, 1, tzinfo=UTC)


class WebhookSecretFactory(DjangoModelFactory):
    class Meta:
        model = WebhookSecret

    made_at = datetime(2024, 2, 1, tzinfo=UTC)


class WebhookFactory(DjangoModelFactory):
    """With a secret."""

    class Meta:
        model = Webhook
        skip_postgeneration_save = True

    committee = factory.SubFactory(CommitteeFactory)
    url = "https://office.example/hook"
    made_at = datetime(2024, 2, 1, tzinfo=UTC)
    secret = factory.RelatedFactory(WebhookSecretFactory, "webhook")


class WebhookCallFactory(DjangoModelFactory):
    class Meta:
        model = WebhookCall

    webhook = factory.SubFactory(WebhookFactory)
    event = factory.Sequence(lambda n: n)
    kind = "proposal.file"
    body = "{}"
    created_at = due_at = next_try_at = datetime(2024, 2, 1, tzinfo=UTC)

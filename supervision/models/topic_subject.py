"""The base of what belongs to a key topic: the topic itself, its milestones, its instructions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from django.apps import apps
from django.db.models import Q

from supervision.models.committee_subject import CommitteeSubject


class TopicSubject(CommitteeSubject):
    """A key topic, or something that hangs on one.

    ``address`` is its place in the API and among the pages; ``topic_path`` is the lookup that
    leads to its topic, with a final ``__``, and empty for the topic itself.
    """

    address: ClassVar[str]
    topic_path: ClassVar[str] = "topic__"

    class Meta:
        abstract = True

    @property
    def link(self) -> str:
        """The address that a notice about it links to."""
        return self.link_of(self.pk)

    @classmethod
    def link_of(cls, key: int) -> str:
        """The same, of the subject with this key."""
        return f"/api/v1/{cls.address}/{key}/"


@cache
def topic_subjects() -> dict[str, type[TopicSubject]]:
    """The models of what belongs to a key topic, by their kinds."""
    models = apps.get_app_config("supervision").get_models()
    return {model.kind: model for model in models if issubclass(model, TopicSubject)}


def on_topics(topics: Iterable[int]) -> Q:
    """Duties, or events, on these key topics and on everything that hangs on them."""
    keys, found = list(topics), Q(pk__in=[])
    for kind, model in topic_subjects().items():
        rows = model._default_manager.filter(**{f"{model.topic_path}pk__in": keys})
        found |= Q(subject_kind=kind, subject_id__in=rows.order_by().values("pk"))
    return found

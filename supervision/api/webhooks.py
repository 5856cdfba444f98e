"""Webhooks in the API's description: every type of event, its payload and its headers."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.functional import lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from members.enums import Channel
from members.punctuation import stated
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS


class EventDataSerializer(serializers.Serializer):
    """What a call tells of an event; ``version`` is the subject's after it.

    It contains neither title nor names: ask the API for what your token may see.
    """

    id = serializers.IntegerField()
    call_id = serializers.UUIDField()
    subject_kind = serializers.CharField()
    subject_id = serializers.IntegerField()
    version = serializers.IntegerField()
    committee = serializers.IntegerField()
    proposal = serializers.IntegerField(allow_null=True)
    case_no = serializers.CharField(allow_blank=True)
    action = serializers.CharField()
    source = serializers.CharField(allow_blank=True)
    target = serializers.CharField()
    channel = serializers.ChoiceField(choices=Channel.choices)


def payload_of(model: type[Subject]) -> type[serializers.Serializer]:
    """The payload of the events of one kind of subject."""
    steps = model.all_steps().values()
    fields: dict[str, Any] = {
        "__doc__": f"An event of a {model.kind}, in the format of Standard Webhooks.",
        "type": serializers.ChoiceField(
            choices=[(f"{model.kind}.{step.name}", step.label) for step in steps]
        ),
        "timestamp": serializers.DateTimeField(),
        "data": EventDataSerializer(),
    }
    return type(f"{model.__name__}EventSerializer", (serializers.Serializer,), fields)


ANSWERS = {
    200: OpenApiResponse(description="Any 2xx within ten seconds: the event has arrived."),
    410: OpenApiResponse(description="No more calls are wanted: the webhook is stopped."),
}


def _described(model: type[Subject]) -> Iterator[OpenApiWebhook]:
    """The webhooks of one kind of subject, one for each of its steps."""
    payload = payload_of(model)
    for step in model.all_steps().values():
        documented = extend_schema(
            operation_id=f"webhook_{model.kind}_{step.name}",
            summary=lazy(stated, str)(model._meta.verbose_name, step.label),
            description=step.about,
            request=payload,
            responses=ANSWERS,
            tags=["webhooks"],
        )
        yield OpenApiWebhook(name=f"{model.kind}.{step.name}", decorator=_received(documented))


def _received(documented: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Describe a call that somebody else answers: none of our refusals come with it."""

    def describe(view: Any) -> Any:
        view.schema = AutoSchema()
        return documented(view)

    return describe


WEBHOOKS = [webhook for model in ALL_SUBJECTS for webhook in _described(model)]
"""Every type of event that a webhook can receive."""

HEADERS = {
    "webhook-id": "The key of the call: the same when it is tried or made again.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and a signature in base64; several, with spaces between them, "
    "while a secret is rotated.",
}


def add_headers(result: dict[str, Any], **_generating: Any) -> dict[str, Any]:
    """Describe the headers of every call, which ``extend_schema`` cannot do for webhooks."""
    parameters = [
        {"in": "header", "name": name, "required": True, "schema": {"type": "string"}}
        | {"description": about}
        for name, about in HEADERS.items()
    ]
    for methods in result.get("webhooks", {}).values():
        for operation in methods.values():
            operation["parameters"] = parameters
    return result

"""Events, the response to a step, and the available steps."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.api.model_serializer import read_serializer
from proposals.models import Event

EventSerializer = read_serializer(
    Event,
    "A line of the ledger; ``version`` is the subject's version after it.",
    "id call_id subject_kind subject_id version proposal action source target on_behalf_of "
    "channel at",
    named="on_behalf_of",
    version=serializers.IntegerField(source="sequence", read_only=True),
)

FullEventSerializer = read_serializer(
    Event,
    "A line of the ledger as officials read it, with actor, input, address and hash.",
    "actor address input previous_hash hash",
    of="FullEvent",
    extends=EventSerializer,
    named="actor",
)


class ConsequenceSerializer(serializers.Serializer[Event]):
    """A step that followed from another."""

    subject_kind = serializers.CharField()
    subject_id = serializers.IntegerField()
    action = serializers.CharField()
    target = serializers.CharField()


class ReceiptSerializer(ConsequenceSerializer):
    """The response to a step: its event, and in ``consequences`` what followed from it.

    Events never change, so every repetition of the same key gets the same answer.
    """

    id = serializers.IntegerField()
    version = serializers.IntegerField(source="sequence")
    proposal = serializers.IntegerField(source="proposal_id", allow_null=True)
    source = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    consequences = ConsequenceSerializer(many=True)


class OfferSerializer(serializers.Serializer[Any]):
    """A step that the reader may take, with its input; ``refusal`` says why not yet."""

    name = serializers.CharField()
    label = serializers.CharField()
    tone = serializers.CharField()
    url = serializers.CharField()
    refusal = serializers.CharField(allow_blank=True)
    input = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField())
    def get_input(self, offer: dict[str, Any]) -> Any:
        """Field name to its type, label, limits and choices."""
        return offer["input"]

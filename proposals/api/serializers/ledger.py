"""Events, the response to a step, and the available steps."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.api.model_serializer import Shape, model_serializer, read_serializer
from proposals.machine.subject import Subject
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
    "A line of the ledger; actor, address, input and hashes are there for officials only.",
    "actor address input previous_hash hash",
    of="FullEvent",
    extends=EventSerializer,
    named="actor",
    withheld=("actor", "address", "input", "previous_hash", "hash"),
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


@extend_schema_field(OfferSerializer(many=True))
class OffersField(serializers.Field[Any, Any, Any, Any]):
    """The steps that the reader may take on a subject, each with its input."""

    def to_representation(self, subject: Subject) -> Any:
        return OfferSerializer(self.context["view"].offers(subject), many=True).data


def with_offers(shape: Shape) -> Shape:
    """The serializer of a subject by itself: as ``shape``, with the steps that may be taken."""
    model = shape.Meta.model
    return model_serializer(
        model,
        shape.__doc__ or "",
        "actions",
        of=f"{model.__name__}Detail",
        extends=shape,
        actions=OffersField(source="*", read_only=True),
    )

"""How the search shows a hit."""

from typing import Any

from rest_framework import serializers

from members.api.model_serializer import NamedSerializer
from proposals.models import Proposal


class PieceSerializer(serializers.Serializer[Any]):
    """A part of a text, ``hit`` if it is what was looked for; plain text, not HTML."""

    text = serializers.CharField()
    hit = serializers.BooleanField()


class MarkedPassageSerializer(serializers.Serializer[Any]):
    """A part of the proposal's text, or of a reply that the reader may read."""

    source = serializers.ChoiceField(
        choices=["situation", "analysis", "suggestion", "background", "reply"]
    )
    pieces = PieceSerializer(many=True)


class HitSerializer(serializers.ModelSerializer[Proposal]):
    """A proposal that was found, and where.

    ``complete`` is false for one that has only some of the words; such hits stand at the end.
    """

    state = serializers.CharField(read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    committee = NamedSerializer()
    session = NamedSerializer()
    proposers = serializers.SerializerMethodField()
    title_pieces = PieceSerializer(many=True)
    passages = MarkedPassageSerializer(many=True)
    score = serializers.FloatField()
    complete = serializers.BooleanField()
    url = serializers.CharField(source="link")

    class Meta:
        model = Proposal
        fields = [
            "id",
            "receipt_no",
            "case_no",
            "title",
            "title_pieces",
            "state",
            "state_label",
            "committee",
            "session",
            "category",
            "proposers",
            "received_at",
            "passages",
            "score",
            "complete",
            "url",
        ]
        read_only_fields = fields

    def get_proposers(self, proposal: Any) -> list[str]:
        """The body, or the initiator and everybody who co-signed."""
        first = proposal.body or proposal.lead
        return [first.name, *(signature.member.name for signature in proposal.signed)]

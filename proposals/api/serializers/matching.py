"""Merge candidates, scans and themes."""

from typing import Any

from rest_framework import serializers

from proposals.api.serializers.base import STANDING, SubjectSerializer
from proposals.api.serializers.proposal import FamilySerializer
from proposals.inputs.fields import key_field
from proposals.models import CandidateMember, MergeCandidate, Scan, Theme


class CandidateMemberSerializer(serializers.ModelSerializer[CandidateMember]):
    """A proposal of a group; no score where the group was made by hand."""

    proposal = FamilySerializer(read_only=True)

    class Meta:
        model = CandidateMember
        fields = ["proposal", "score", "is_centre", "left_out_at", "reason"]


class MergeCandidateSerializer(SubjectSerializer):
    """A group of merge candidates, and what was decided of it."""

    members = CandidateMemberSerializer(many=True, read_only=True)

    class Meta:
        model = MergeCandidate
        fields = [
            *STANDING,
            "committee",
            "session",
            "scan",
            "decided_at",
            "note",
            "members",
        ]


class ScanSerializer(serializers.ModelSerializer[Scan]):
    """A scan and how far it has come: ``done`` of ``total`` proposals compared."""

    class Meta:
        model = Scan
        fields = [
            "id",
            "committee",
            "session",
            "state",
            "asked_at",
            "finished_at",
            "done",
            "total",
            "found",
            "trouble",
        ]


class ScanOrderSerializer(serializers.Serializer[Any]):
    """Which session is to be scanned."""

    session = key_field()


class ThemeSerializer(serializers.ModelSerializer[Theme]):
    """Proposals that are supervised together."""

    proposals = FamilySerializer(many=True, read_only=True)

    class Meta:
        model = Theme
        fields = ["id", "committee", "session", "name", "candidate", "created_at", "proposals"]

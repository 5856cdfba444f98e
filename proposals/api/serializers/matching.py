"""Merge candidates, scans and themes."""

from typing import Any

from rest_framework import serializers

from members.api.model_serializer import read_serializer
from proposals.api.serializers.base import subject_serializer
from proposals.api.serializers.proposal import FamilySerializer
from proposals.inputs.fields import key_field
from proposals.models import CandidateMember, MergeCandidate, Scan, Theme

CandidateMemberSerializer = read_serializer(
    CandidateMember,
    "A proposal of a group; no score where the group was made by hand.",
    "proposal score is_centre left_out_at reason",
    proposal=FamilySerializer(read_only=True),
)

MergeCandidateSerializer = subject_serializer(
    MergeCandidate,
    "A group of merge candidates, and what was decided of it.",
    "committee session scan decided_at note members",
    rows={"members": CandidateMemberSerializer},
)

ScanSerializer = read_serializer(
    Scan,
    "A scan and how far it has come: ``done`` of ``total`` proposals compared.",
    "id committee session state asked_at finished_at done total found trouble",
)

ThemeSerializer = read_serializer(
    Theme,
    "Proposals that are supervised together.",
    "id committee session name candidate created_at proposals",
    rows={"proposals": FamilySerializer},
)


class ScanOrderSerializer(serializers.Serializer[Any]):
    """Which session is to be scanned."""

    session = key_field()

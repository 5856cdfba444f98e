"""What every subject shows, and a row of another list by its name."""

from typing import Any

from rest_framework import serializers

STANDING = ["id", "state", "state_label", "version", "created_at"]
"""Fields of every subject."""


class SubjectSerializer(serializers.ModelSerializer[Any]):
    """What every subject shows of its standing."""

    state = serializers.CharField(read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)


class NamedSerializer(serializers.Serializer[Any]):
    """A row of another list, by key and name."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="__str__", read_only=True)

"""What every subject shows."""

from typing import Any

from rest_framework import serializers

from members.api.model_serializer import Shape, read_serializer
from proposals.machine.subject import Subject


def subject_serializer(model: type[Subject], about: str, fields: str, **more: Any) -> Shape:
    """A ``read_serializer`` of a kind of subject: its standing, then ``fields``."""
    standing = f"id state state_label version created_at {fields}"
    more = {"state": serializers.CharField(read_only=True), **more}
    return read_serializer(model, about, standing, **more)

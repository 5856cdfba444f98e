"""The base of supervision's machines: a committee, and no single proposal."""

from django.db import models

from members.models import Committee
from proposals.machine.subject import StandaloneSubject


class CommitteeSubject(StandaloneSubject):
    """A subject that belongs to a committee and to no single proposal."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

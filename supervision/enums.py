"""The vocabularies of supervision: states of its machines."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarChangeState(models.TextChoices):
    """A change of the working calendar: looked at before it moves anybody's date."""

    ENTERED = "entered", _("待应用")
    APPLIED = "applied", _("已应用")
    DISCARDED = "discarded", _("已作废")

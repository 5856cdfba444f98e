"""Changes of the working calendar."""

from django.utils.translation import gettext_lazy as _

from supervision.lifecycle.calendar_change import CalendarChangeLifecycle


class CalendarChange(CalendarChangeLifecycle):
    """Days entered or imported, and applied as one recorded act (放假调休安排)."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("工作日历变更")
        verbose_name_plural = _("工作日历变更")

    def __str__(self) -> str:
        return self.source

    @property
    def root(self) -> None:
        """None."""
        return

    @property
    def root_id(self) -> None:
        """None."""
        return

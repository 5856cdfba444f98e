"""The application of duties and deadlines."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members import working_days


class SupervisionConfig(AppConfig):
    """Duties with due dates, the working calendar, reminders, and key topics."""

    name = "supervision"
    verbose_name = _("督办")

    def ready(self) -> None:
        """Listen to the ledger; say who sees what, who is told, and when people work."""
        from members import visibility  # noqa: PLC0415 -- apps load before models
        from proposals import due_dates  # noqa: PLC0415 -- apps load before models
        from proposals.machine import subjects  # noqa: PLC0415 -- apps load before models
        from supervision import (  # noqa: PLC0415 -- apps load before models
            checks,  # noqa: F401
            models,
            permissions,
            receivers,  # noqa: F401
            selectors,
            webhooks,
        )
        from supervision.pages import declarations  # noqa: PLC0415 -- apps load before models

        subjects.add(*models.SUBJECTS)
        webhooks.register()
        visibility.declare(self.name, *permissions.VISIBLE)
        declarations.register()
        due_dates.PROVIDED.give(declarations.DUE_DATES)
        working_days.CALENDAR.give(selectors.next_working)

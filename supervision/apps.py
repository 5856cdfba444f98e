"""The application of duties and deadlines."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members import working_days


class SupervisionConfig(AppConfig):
    """WHEN."""

    name = "supervision"
    verbose_name = _("督办")

    def ready(self) -> None:
        """Listen to the ledger; say who sees what, who is told, and when people work."""
        from members import visibility  # noqa: PLC0415 -- apps load before models
        from supervision import (  # noqa: PLC0415 -- apps load before models
            notices,  # noqa: F401
            permissions,
            receivers,  # noqa: F401
            selectors,
            webhooks,  # noqa: F401
        )
        from supervision.pages import (  # noqa: PLC0415 -- apps load before models
            assigning,  # noqa: F401
            calendar,  # noqa: F401
            chasing,  # noqa: F401
            clocks,  # noqa: F401
            closing,  # noqa: F401
            consequences,  # noqa: F401
            dashboard,  # noqa: F401
            decisions,  # noqa: F401
            duties,  # noqa: F401
            figures,  # noqa: F401
            home,  # noqa: F401
            limits,  # noqa: F401
            punctuality,  # noqa: F401
            units,  # noqa: F401
        )
        from supervision.pages.key_topics import (  # noqa: PLC0415 -- apps load before models
            board,  # noqa: F401
            forms,  # noqa: F401
            lists,  # noqa: F401
            page,  # noqa: F401
        )

        visibility.declare(self.name, *permissions.VISIBLE)
        working_days.register(lambda day: selectors.current_calendar().next_working(day))

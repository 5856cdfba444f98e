"""The application of duties and deadlines."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    """WHEN."""

    name = "supervision"
    verbose_name = _("督办")

    def ready(self) -> None:
        """Listen to the ledger; say who sees duties."""
        from supervision import permissions, receivers  # noqa: F401, PLC0415 -- apps load before models

"""The application of people and bodies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """WHO."""

    name = "members"
    verbose_name = _("委员与机构")

    def ready(self) -> None:
        """Say who sees what, and put the pages where they are shown."""
        from members import permissions, visibility  # noqa: PLC0415 -- apps load before models
        from members.pages import declarations  # noqa: PLC0415 -- apps load before models

        visibility.declare(self.name, *permissions.VISIBLE)
        declarations.register()

"""The application of the proposal's life."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProposalsConfig(AppConfig):
    """WHAT."""

    name = "proposals"
    verbose_name = _("提案")

    def ready(self) -> None:
        """Say who sees what; guard the ledger in every database that is migrated."""
        from members import visibility  # noqa: PLC0415 -- apps load before models
        from proposals import (  # noqa: PLC0415 -- apps load before models
            permissions,
            receivers,  # noqa: F401
        )
        from proposals.pages import (  # noqa: PLC0415 -- apps load before models
            bulk,  # noqa: F401
            handling,  # noqa: F401
            ledger,  # noqa: F401
            office,  # noqa: F401
            worklists,  # noqa: F401
        )
        from proposals.pages.assigning import (  # noqa: PLC0415 -- apps load before models
            afterwards,  # noqa: F401
            desk,  # noqa: F401
            inspecting,  # noqa: F401
            meeting,  # noqa: F401
            paper,  # noqa: F401
        )
        from proposals.pages.proposing import (  # noqa: PLC0415 -- apps load before models
            clues,  # noqa: F401
            handing_in,  # noqa: F401
            lists,  # noqa: F401
            rating,  # noqa: F401
            record,  # noqa: F401
            signing,  # noqa: F401
            versions,  # noqa: F401
        )
        from proposals.triggers import install  # noqa: PLC0415 -- apps load before models

        visibility.declare(self.name, *permissions.VISIBLE)
        post_migrate.connect(install, sender=self, dispatch_uid="ledger-triggers")

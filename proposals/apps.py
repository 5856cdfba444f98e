"""The application of the proposal's life."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProposalsConfig(AppConfig):
    """WHAT: the life of a proposal."""

    name = "proposals"
    verbose_name = _("提案")

    def ready(self) -> None:
        """Register what this application declares; guard the ledger in every migrated database."""
        from members import visibility  # noqa: PLC0415 -- apps load before models
        from members.services import delivery  # noqa: PLC0415 -- apps load before models
        from proposals import (  # noqa: PLC0415 -- apps load before models
            mail_actions,
            models,
            permissions,
            receivers,  # noqa: F401
        )
        from proposals.machine import subjects  # noqa: PLC0415 -- apps load before models
        from proposals.pages import checks, declarations  # noqa: PLC0415 -- apps load before models
        from proposals.triggers import install  # noqa: PLC0415 -- apps load before models

        subjects.add(*models.SUBJECTS)
        visibility.declare(self.name, *permissions.VISIBLE)
        declarations.register()
        register(checks.check_step_pages, checks.TAG)
        register(checks.check_subject_pages, checks.TAG)
        register(checks.check_worklists, checks.TAG)
        delivery.MAIL_EXTRAS.append(mail_actions.line)
        post_migrate.connect(install, sender=self, dispatch_uid="ledger-triggers")

"""The application of the demo, above everything: nothing in the product imports it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A played year, and a session of today."""

    name = "demo"

    def ready(self) -> None:
        """Let the administrator of the platform load a sample committee."""
        from demo.sample import bring_sample  # noqa: PLC0415 -- apps load before models
        from members.pages.start.sample import SAMPLE  # noqa: PLC0415 -- apps load before models
        from members.services import job  # noqa: PLC0415 -- apps load before models

        job.WORK[SAMPLE] = bring_sample

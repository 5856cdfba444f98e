"""The application of the demo, above everything: nothing in the product imports it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A played year, and a session of today."""

    name = "demo"

    def ready(self) -> None:
        """Let the administrator of the platform load a sample committee."""
        from demo import sample  # noqa: F401, PLC0415 -- apps load before models

"""The rows of supervision, one noun a file."""

from supervision.models.duty import Duty

__all__ = ["Duty"]

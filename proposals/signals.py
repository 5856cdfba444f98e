"""What the door announces to the packages above; the only signals between our own packages."""

from django.dispatch import Signal

step_checked = Signal()
"""Sent before a step with a time limit is taken: ``subject``, ``step``, ``at``.

A receiver may refuse by raising; nothing has been changed yet.
"""

event_recorded = Signal()
"""Sent for every event, inside its transaction: ``subject``, ``step``, ``event``, ``context``.

A receiver may write, and may refuse the whole call by raising.
"""

call_recorded = Signal()
"""Sent at the end of each call of the door, inside its transaction, with all its ``events``."""

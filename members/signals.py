"""Signals of members to the packages above."""

from django.dispatch import Signal

row_changed = Signal()
"""Sent when a row that is kept on record was made or changed, such as a post; inside the
transaction.

Arguments: ``row`` (saved), ``change`` (such as a PostChange), ``by`` (None: the operator), ``at``,
``reason`` and ``channel``. A receiver keeps the record.
"""

sweep_wanted = Signal()
"""Sent when rows for a sweep have been committed; the sender is the Sweep.

A receiver may have a worker run it, and must not raise: the timetable runs it anyway.
"""

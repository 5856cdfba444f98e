"""Signals of members to the packages above."""

from django.dispatch import Signal

row_changed = Signal()
"""Sent when a row that is kept on record was made or changed, such as a post; inside the
transaction.

Arguments: ``row`` (saved), ``change`` (such as a PostChange), ``by`` (None: the operator), ``at``,
``reason`` and ``channel``. A receiver keeps the record.
"""

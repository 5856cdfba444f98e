"""Signals of members to the packages above."""

from django.dispatch import Signal

post_changed = Signal()
"""Sent when a post was given, its dates were changed, or it was ended; inside the transaction.

Arguments: ``post`` (saved), ``change`` (PostChange), ``by`` (None: the operator), ``at``,
``reason`` and ``channel``. A receiver keeps the record.
"""

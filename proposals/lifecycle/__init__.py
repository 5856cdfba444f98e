"""The state machines, one a file: who may take which step from where to where, with what input.

A step is declared once, with ``@step``, and everything else is read from the declaration: the
API operation, the input's schema, the offer to the reader, the audit line, the permission
matrix, the duties it opens and closes, the notices it sends, the diagram in docs/lifecycle.md.
"""

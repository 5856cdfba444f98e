"""The grammar of state machines, which knows no model of the domain.

A step is declared once, with ``@step`` on the method of a model, and everything else is read from
the declaration: the API operation, the input's schema, the offer to the reader, the audit line,
the permission matrix, the duties it opens and closes, the notices it sends, the diagram in
docs/lifecycle.md.
"""

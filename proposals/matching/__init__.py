"""Similarity and search, and the index that both read.

``words`` cuts Chinese text, once for everything here. ``likeness`` turns a text into a
``Profile`` and compares profiles; ``index`` keeps both in the database behind one interface;
``indexing`` brings the index up to date after every change. On these stand ``similar`` (the
proposals most like one, explained), ``scan`` (a session's merge candidates) and ``search``.
"""

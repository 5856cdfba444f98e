"""The present session of a demo: the open work of a played committee on the day of a visit.

The same committee and people as the played year, some years on. Every proposal has a script:
its steps in order, each at a moment counted back from the day. All scripts run together, step
by step through the API, and stop on the last working day before the visit, so that every role
finds work that waits. The same seed and day give the same session.
"""

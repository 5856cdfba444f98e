"""What each step takes: the declared inputs, checked for shape and for the committee's own rows.

Rules that weigh the input against the subject or the rulebook are checked by the step.
"""

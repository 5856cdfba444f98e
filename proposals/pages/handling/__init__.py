"""Pages of those who handle a proposal: the units, and the officials who see to it."""

from proposals.pages.handling import editor, facts, mail_actions, phrases, tabs, tasks

__all__ = ["editor", "facts", "mail_actions", "phrases", "tabs", "tasks"]

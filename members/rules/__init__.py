"""The rulebook: the one declaration of everything in which localities differ.

A ``Rules`` value is read from the JSON of a ``Rulebook`` row or from a preset file. Field
titles are the labels that an administrator reads; units are in the names or the titles.
Titles are message ids: ``json_schema`` gives them in the reader's language.
"""

from members.rules.handling import Rating
from members.rules.merits import PointRule, Points
from members.rules.review import Similarity
from members.rules.rulebook import Rules, json_schema
from members.rules.section import CodedEntry
from members.rules.submission import Attachments, Numbering
from members.rules.time_limits import DeadlineRule, Ladder, LadderStep, Reminders, Warnings

"""The rows of supervision, one noun a file."""

from supervision.models.activity import Activity
from supervision.models.calendar_change import CalendarChange
from supervision.models.duty import DateChange, Duty, Pause
from supervision.models.instruction import Instruction
from supervision.models.key_topic import KeyTopic
from supervision.models.milestone import Milestone
from supervision.models.problem import Problem
from supervision.models.reminder import ChaseLine, ChaseNotice, PaperSeries, Reminder
from supervision.models.topic_file import TopicFile
from supervision.models.topic_proposal import TopicProposal

SUBJECTS = (CalendarChange, KeyTopic, Milestone, Instruction)
"""The models of this application with a machine."""

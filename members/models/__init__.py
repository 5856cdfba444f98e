"""The rows of people and bodies, one noun a file."""

from members.models.body import Body
from members.models.calendar import CalendarDay, CalendarYear
from members.models.committee import Committee, Session, Term
from members.models.member import Member
from members.models.notice import Notice
from members.models.post import Post
from members.models.rulebook import Rulebook
from members.models.unit import Unit
from members.models.user import User

__all__ = [
    "Body",
    "CalendarDay",
    "CalendarYear",
    "Committee",
    "Member",
    "Notice",
    "Post",
    "Rulebook",
    "Session",
    "Term",
    "Unit",
    "User",
]

"""The frame of every page: the person, their committee and session, pending work."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import IntegerField, Subquery
from django.http import HttpRequest

from members.enums import Role
from members.models import Session, StandIn, User
from members.pages.navigation import NavigationEntry, Section, sections_for
from members.pages.sessions import chosen_session, sessions_of
from members.pages.signing_in.middleware import OWES
from members.reader import Reader, reader_of

THEMES = ("light", "dark")
"""Values of the cookie ``theme``; without it the page follows the system."""


class Length(Subquery):
    """How many rows a query has, to be read with something else."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass
class PageContext:
    """Read by ``base.html``; every part is looked up when the page asks for it."""

    request: HttpRequest
    reader: Reader

    @property
    def roles(self) -> set[str]:
        """The roles of the reader's posts."""
        return self.reader.roles

    @cached_property
    def role_names(self) -> list[str]:
        """The roles in words."""
        return list(dict.fromkeys(str(Role(post.role).label) for post in self.reader.posts))

    @cached_property
    def sections(self) -> list[tuple[Section, list[NavigationEntry]]]:
        """The navigation; none while something is owed first."""
        return [] if OWES in self.request.__dict__ else sections_for(self.reader.posts)

    @property
    def here(self) -> str:
        """The address without its query, by which the navigation knows where it is."""
        return self.request.path

    @property
    def sessions(self) -> list[Session]:
        """The sessions that the reader can choose, the latest first."""
        return sessions_of(self.reader)

    @property
    def session(self) -> Session | None:
        """The session in which the reader works; None for all."""
        return chosen_session(self.reader)

    @cached_property
    def _news(self) -> tuple[int, int]:
        """How many notices are unread and how many jobs go on: both stand on every page."""
        unread = self.reader.user.notices.filter(read_at=None).order_by()[:100]
        jobs = self.reader.user.jobs.going_on().order_by()[:10]
        own = User.objects.filter(pk=self.reader.user.pk).order_by()
        return own.values_list(Length(unread.values("pk")), Length(jobs.values("pk"))).get()

    @property
    def unread(self) -> int:
        """How many notices the reader has not read; at most 100 are counted."""
        return self._news[0]

    @property
    def jobs(self) -> int:
        """How many of the reader's jobs go on; at most 10 are counted."""
        return self._news[1]

    @cached_property
    def standing_in_for(self) -> list[StandIn]:
        """The people for whom the reader stands in today."""
        rows = StandIn.objects.in_force(self.reader.day).select_related("user")
        return list(rows.filter(stand_in=self.reader.user)[:5])

    @property
    def theme(self) -> str:
        """The chosen theme; empty follows the system."""
        return theme_of(self.request)


def theme_of(request: HttpRequest) -> str:
    """The theme that this browser has chosen; empty follows the system."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``page_context`` for who is signed in; the product's version for all."""
    shown = {"theme": theme_of(request), "version": settings.VERSION}
    if isinstance(getattr(request, "user", None), User):
        shown["page_context"] = PageContext(request, reader_of(request))
    return shown

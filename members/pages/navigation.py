"""The navigation: each page at which a role starts its work, declared once."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.models import Post
from members.punctuation import Text
from members.reader import Reader

EVERYBODY = frozenset(Role)
"""For every role."""


class Section(TextChoices):
    """The parts of the navigation, in their order."""

    MINE = "mine", _("我的工作")
    REVIEW = "review", _("审查立案")
    PROPOSALS = "proposals", _("提案")
    HANDLING = "handling", _("办理")
    SUPERVISION = "supervision", _("督办")
    FIGURES = "figures", _("统计与档案")
    SETTINGS = "settings", _("设置")


@dataclass(frozen=True)
class NavigationEntry:
    """A line of the navigation.

    ``address`` is the name of the page with its arguments; ``waiting`` gives the rows whose
    number stands beside the line, for a person at a moment.
    """

    section: Section
    label: Text
    icon: str
    address: tuple[str, ...]
    roles: Collection[str] = EVERYBODY
    waiting: Callable[[Reader], QuerySet] | None = None

    @property
    def url(self) -> str:
        """Its URL."""
        return reverse(self.address[0], args=self.address[1:])

    @property
    def is_counted(self) -> bool:
        """Whether a number stands beside it."""
        return self.waiting is not None

    @property
    def key(self) -> str:
        """The id by which the page finds its number."""
        return "-".join(self.address)


ENTRIES: list[NavigationEntry] = []
"""Every line, in the order in which the applications add them; see ``add``."""


def add(*entries: NavigationEntry) -> None:
    """Put lines into the navigation."""
    ENTRIES.extend(entries)


def entries_for(posts: Iterable[Post]) -> list[NavigationEntry]:
    """The lines for somebody with these posts, by section."""
    roles = {post.role for post in posts}
    own = [entry for entry in ENTRIES if entry.roles is EVERYBODY or roles & set(entry.roles)]
    order = list(Section)
    return sorted(own, key=lambda entry: order.index(entry.section))


def sections_for(posts: Iterable[Post]) -> list[tuple[Section, list[NavigationEntry]]]:
    """The lines for somebody with these posts: list of (section, its lines)."""
    own = entries_for(posts)
    sections = [(part, [entry for entry in own if entry.section == part]) for part in Section]
    return [(part, lines) for part, lines in sections if lines]

"""A committee with everything in every state, and somebody of every role to look at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.models import F

from members.enums import Role
from members.models import Rulebook, User
from members.reader import Reader
from members.rules import Rules
from members.services import create_service_token
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event
from tests.browser.personal_records import add_personal_records, leave_requests_open
from tests.factories import members as make
from tests.factories.proposals import CommitteeWithUsers, platform_administrator
from tests.ledger import suspended
from tests.proposals.conftest import Life
from tests.proposals.subjects_in_every_state import (
    NOW,
    PEOPLE,
    SubjectsInEveryState,
    attachments,
    chasing,
    duties,
    merge_work,
)

NOBODY = "nobody"
USER_OF_ROLE = {**PEOPLE, Role.PLATFORM_ADMINISTRATOR: "platform"}
"""Somebody of each role."""
ROLES = [*map(str, Role), NOBODY]

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
"""Neither of the product's languages is written in it."""


class FullCommittee(SubjectsInEveryState, Life):
    """Every machine in every state, and one proposal that lived through the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.users["platform"] = platform_administrator()
        for case in self.cases():
            for state in case.states:
                case.make(state)
        for others in (attachments, chasing, duties, merge_work):
            others(self)
        self._give_events_their_steps()
        self._add_notices()
        self._play_proposals()
        leave_requests_open(self)
        add_personal_records(self)
        self._write_out_rulebooks()
        CommitteeWithUsers()  # of whom nobody here may see anything

    def person(self, role: str) -> User | None:
        """Who looks at the pages in that role; None for a stranger."""
        return None if role == NOBODY else self.users[USER_OF_ROLE[Role(role)]]

    def _add_notices(self) -> None:
        """Two notices each, one of them read."""
        for user in self.users.values():
            make.NoticeFactory(recipient=user, created_at=NOW, link="/api/v1/proposals/1/")
            make.NoticeFactory(recipient=user, created_at=NOW, read_at=NOW)
        clerk, director = self.users["clerk"], self.users["director"]
        until = (NOW + timedelta(days=7)).date()
        make.StandInFactory(user=director, stand_in=clerk, until=until)
        make.NoticeChannelFactory(user=clerk)
        make.WebhookFactory(committee=self.committee)
        for user in (clerk, self.users["administrator"]):
            create_service_token(
                name="数据交换", posts=[user.posts.get()], until=None, by=Reader(user, NOW)
            )

    def _give_events_their_steps(self) -> None:
        """Lines of the record that were made for their rows alone get a step that there is."""
        with suspended(connection):
            for subject in ALL_SUBJECTS:
                lines = Event.objects.filter(subject_kind=subject._meta.model_name, action="x")
                lines.update(action=next(iter(subject.all_steps())))

    def _write_out_rulebooks(self) -> None:
        """What a rulebook leaves to its defaults are the committee's words too."""
        for book in Rulebook.objects.all():
            rules = Rules.read(book.document).model_dump(mode="json")
            Rulebook.objects.filter(pk=book.pk).update(document=rules)

    def _play_proposals(self) -> None:
        """Proposals that came as far as they are by steps, so that there is a record to read."""
        self.invited(self.drafted())
        self.signed(self.drafted())
        self["clerk"].does("return_for_revision", self.submitted(), reason="请补充建议")
        self.examined(self.submitted())
        self.assigned(assist="B")
        self.written(self.at_work()["A"])
        self.replied()
        self.rated(self.replied(), "satisfied")


@contextmanager
def in_greek() -> Iterator[None]:
    """Everything that people wrote, in another script from here to the end of the block.

    What is still Chinese on a page is then the product's own, and so is every Latin word.
    """
    words: dict[str, str] = {}
    numbers = count()

    def greek(found: re.Match[str]) -> str:
        return words.setdefault(found[0], _word(next(numbers)))

    rewrite(CHINESE, greek)
    _rules_have_changed()
    chinese = {word: text for text, word in words.items()}
    try:
        yield
    finally:
        rewrite(re.compile(f"[{GREEK}]+"), lambda found: chinese[found[0]])
        _rules_have_changed()


def _rules_have_changed() -> None:
    """Nobody goes on with what they remember of them."""
    Rulebook.objects.update(updated_at=F("updated_at") + timedelta(seconds=1))


def _word(number: int) -> str:
    """Another word for every number."""
    number, letter = divmod(number, len(GREEK))
    return (_word(number - 1) if number else "") + GREEK[letter]


def rewrite(pattern: re.Pattern[str], replacement: Any) -> None:
    """Replace what matches in every text of every row, in the record too."""

    def changed(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(replacement, value)
        if isinstance(value, list):
            return [changed(item) for item in value]
        if isinstance(value, dict):
            return {changed(name): changed(item) for name, item in value.items()}
        return value

    with suspended(connection):
        for model in written():
            names = [field.attname for field in texts_of(model)]
            for row in model._base_manager.values("pk", *names):
                new = {name: changed(row[name]) for name in names}
                new = {name: text for name, text in new.items() if text != row[name]}
                if new:
                    model._base_manager.filter(pk=row["pk"]).update(**new)


def written() -> Iterator[type[models.Model]]:
    """The models of ours that keep texts."""
    for name in ("members", "proposals", "supervision"):
        for model in apps.get_app_config(name).get_models():
            if texts_of(model):
                yield model


def texts_of(model: type[models.Model]) -> list[models.Field]:
    """The columns of texts and of structures of texts, files' names excepted."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [field for field in model._meta.concrete_fields if isinstance(field, kinds)]


def empty_database() -> None:
    """Leave the database as other tests expect it."""
    with suspended(connection):
        call_command("flush", verbosity=0, interactive=False)

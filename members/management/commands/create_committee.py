"""Sets up a real place: a committee, its first rulebook and its administrator."""

import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from members import clock, services
from members.enums import CommitteeLevel, Role
from members.models import Committee, User
from members.presets import NAMES, preset
from members.reader import Operator
from members.rule_errors import RulesInvalid


class Command(BaseCommand):
    help = "Set up a committee with a preset of rules and an administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="short name in addresses, like hongkou")
        parser.add_argument("name", help="full name, like 上海市虹口区政协")
        parser.add_argument("level", choices=CommitteeLevel.values)
        parser.add_argument("--short-name", default="")
        parser.add_argument("--parent", metavar="CODE", help="the committee one level up")
        parser.add_argument("--preset", choices=NAMES, required=True)
        parser.add_argument(
            "--administrator",
            metavar="USERNAME",
            required=True,
            help="an account, made now when there is none; its password is asked for",
        )
        parser.add_argument("--administrator-name", default="")

    def handle(self, **options: Any) -> None:
        try:
            committee = self._set_up(**options)
        except (ValidationError, RulesInvalid) as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(_("已建立 %(committee)s") % {"committee": committee.name})

    def _set_up(self, **options: Any) -> Committee:
        """Make all of it or nothing; asks for the password before anything is locked."""
        username, by = options["administrator"], Operator(clock.now())
        password = "" if User.objects.filter(username=username).exists() else _ask(username)
        with transaction.atomic():
            committee = services.create_committee(
                code=options["code"],
                name=options["name"],
                short_name=options["short_name"],
                level=options["level"],
                parent=_parent(options["parent"]),
                document=preset(options["preset"]),
                by=by,
            )
            account = User.objects.filter(username=username).first() or services.create_account(
                username=username,
                password=password,
                name=options["administrator_name"] or username,
                home=committee,
                by=by,
            )
            services.give_post(
                user=account,
                role=Role.COMMITTEE_ADMINISTRATOR,
                committee=committee,
                by=by,
                reason=_("建立委员会"),
            )
        return committee


def _ask(username: str) -> str:
    """The password of a new account, typed twice on the terminal."""
    first = getpass.getpass(_("%(username)s 的密码：") % {"username": username})
    if first != getpass.getpass(_("再输入一次：")):
        raise CommandError(_("两次输入的密码不一致"))
    return first


def _parent(code: str | None) -> Committee | None:
    if code is None:
        return None
    parent = Committee.objects.filter(code=code).first()
    if parent is None:
        raise CommandError(_("没有代码为 %(code)s 的委员会") % {"code": code})
    return parent

"""An operator sets up a real place from the terminal."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from members.enums import Role
from members.models import Committee, User
from members.selectors import rules_for
from tests.factories.members import UserFactory
from tests.members.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

ARGUMENTS = ["dongcheng", "东城区政协", "county", "--preset", "county", "--administrator", "wang"]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the operator types when asked for a password."""

    def type_(*answers: str) -> None:
        waiting = list(answers)
        monkeypatch.setattr("getpass.getpass", lambda prompt: waiting.pop(0))

    return type_


def test_place_is_ready_to_sign_in(typed: Callable[..., None], capsys) -> None:
    typed("a long quiet river", "a long quiet river")

    call_command("create_committee", *ARGUMENTS)

    committee, user = Committee.objects.get(), User.objects.get()
    assert capsys.readouterr().out == "已建立 东城区政协\n"
    assert rules_for(committee, TODAY).name == "区县政协提案工作规则"
    assert (user.home, user.check_password("a long quiet river")) == (committee, True)
    assert (user.posts.get().role, user.posts.get().committee) == (
        Role.COMMITTEE_ADMINISTRATOR,
        committee,
    )


def test_existing_account_is_asked_for_nothing(typed: Callable[..., None]) -> None:
    typed()
    user = UserFactory(username="wang")

    call_command("create_committee", *ARGUMENTS)

    assert user.posts.get().committee.code == "dongcheng"


@pytest.mark.parametrize(
    ("answers", "arguments", "words"),
    [
        (("a long quiet river", "a long quit river"), [], "两次输入的密码不一致"),
        (("12345", "12345"), [], "密码"),
        (("a long quiet river",) * 2, ["--parent", "beijing"], "没有代码为 beijing 的委员会"),
    ],
)
def test_all_of_it_or_nothing(
    typed: Callable[..., None], answers: tuple[str, ...], arguments: list[str], words: str
) -> None:
    typed(*answers)

    with pytest.raises(CommandError, match=words):
        call_command("create_committee", *ARGUMENTS, *arguments)

    assert not Committee.objects.exists()
    assert not User.objects.exists()

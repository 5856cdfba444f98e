"""Whatever the product says in Chinese it also says in English, and says rightly."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.core.cache import cache
from django.utils.translation import gettext, override
from rest_framework.test import APIClient

from members.enums import Role
from members.models import Notice
from proposals.enums import ProposalState
from proposals.errors import WrongState
from proposals.machine.subjects import ALL_SUBJECTS
from tests.factories.members import PostFactory

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CODE = re.findall(r"^CODE := (.+)$", MAKEFILE, re.MULTILINE)[0].split()
KEYWORDS = set(re.findall(r"--keywords (\S+)", MAKEFILE))
PLAIN = {"gettext", "gettext_lazy", "gettext_noop"}
PLACEHOLDER = re.compile(r"%\(\w+\)\w|\{\w+(?::\w+)?\}")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
QUOTED = ["关于……的建议"]
"""What is quoted as it has to be written, not translated."""

LOGIN = "/api/v1/auth/login/"


def names_of_gettext() -> set[str]:
    """The names by which modules call gettext, such as ``_``."""
    return {
        name.asname or name.name
        for folder in CODE
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in PLAIN
    }


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def ids(catalog: Catalog) -> set[Any]:
    return {(message.context, message.id) for message in catalog if message.id}


def texts(message: Message) -> list[str]:
    """The translation, or its plural forms."""
    return list(message.string) if isinstance(message.string, tuple) else [str(message.string)]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The messages of the code, as ``make messages`` collects them."""
    template = tmp_path_factory.mktemp("messages") / "django.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command += ["--mapping-file", "pyproject.toml", "--output-file", str(template)]
    for keyword in sorted(KEYWORDS | names_of_gettext()):
        command += ["--keywords", keyword]
    subprocess.run([*command, *CODE], cwd=ROOT, check=True)
    return read(template)


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read(CATALOGUE)


@pytest.fixture
def _compiled(settings: Any, english: Catalog, tmp_path: Path) -> Iterator[None]:
    """The catalogue as it now is, not as it was when it was last installed."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, english)
    settings.LOCALE_PATHS = [tmp_path]
    with override("zh-hans"):
        yield


# -- The catalogue -----------------------------------------------------------------------


def test_catalogue_holds_every_message_of_the_code_and_no_other(code, english):
    assert sorted(ids(code) - ids(english), key=str) == []
    assert sorted(ids(english) - ids(code), key=str) == []


def test_no_message_stands_inside_an_f_string_where_none_is_collected():
    names = names_of_gettext()
    inside = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in names
    ]

    assert inside == []


def test_catalogue_is_english(english):
    assert str(english.locale) == "en"
    assert (english.num_plurals, english.plural_expr) == (2, "(n != 1)")


def test_every_message_is_translated(english):
    assert [message.id for message in english if not all(texts(message))] == []
    assert [message.id for message in english if message.id and message.fuzzy] == []


def test_translations_keep_the_placeholders(english):
    def changed(message: Message) -> bool:
        wanted = sorted(PLACEHOLDER.findall(str(message.id)))
        return any(sorted(PLACEHOLDER.findall(text)) != wanted for text in texts(message))

    singular = [message for message in english if message.id and not message.pluralizable]

    assert [message.id for message in singular if changed(message)] == []
    assert [(message.id, errors) for message, errors in english.check()] == []


def test_translations_are_not_in_chinese(english):
    def unquoted(text: str) -> str:
        for quoted in QUOTED:
            text = text.replace(quoted, "")
        return text

    found = [text for message in english for text in texts(message) if message.id]

    assert [text for text in found if CHINESE.search(unquoted(text))] == []


# -- The product in English --------------------------------------------------------------


@pytest.mark.usefixtures("_compiled")
def test_product_speaks_english_when_asked():
    with override("en"):
        assert ProposalState.FILED.label == "Filed"
        assert Role.INSPECTION_OFFICER.label == "Inspection officer"
        refusal = WrongState("Submit", ProposalState.CONCLUDED.label)
        assert str(refusal.detail) == "“Submit” is not possible in the present state, “Concluded”"


@pytest.mark.usefixtures("_compiled")
def test_product_speaks_chinese_otherwise():
    assert ProposalState.FILED.label == "已立案"
    refusal = WrongState("提交", ProposalState.CONCLUDED.label)
    assert str(refusal.detail) == "当前状态为“已办结”，不能“提交”"


@pytest.mark.usefixtures("_compiled")
def test_notices_of_every_step_fit_their_column():
    room = Notice._meta.get_field("title").max_length
    steps = [step for subject in ALL_SUBJECTS for step in subject.all_steps().values()]

    with override("en"):
        words = [{"title": "题" * 150, "step": step.label} for step in steps]
        titles = [gettext("《%(title)s》%(step)s") % word for word in words]

    assert titles
    assert [title for title in titles if len(title) > room] == []


# -- The API, and the frameworks that speak through it -------------------------------------


def reasons(response: Any) -> set[str]:
    return {error["detail"] for error in response.json()["errors"]}


@pytest.fixture
def _no_attempts_are_remembered() -> None:
    cache.clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_compiled", "_no_attempts_are_remembered")
@pytest.mark.parametrize(
    ("headers", "missing", "wrong", "nobody", "nowhere", "unknown"),
    [
        (
            {},
            "该字段是必填项。",
            "用户名或密码错误，或账号已停用",
            "身份认证信息未提供。",
            "没有这个接口地址，全部地址见 /api/docs/",
            "选择一个有效的选项。 dozen 不在可用的选项中。",
        ),
        (
            {"Accept-Language": "en"},
            "This field is required.",
            "Wrong username or password, or the account is disabled",
            "Authentication credentials were not provided.",
            "The API has no such address; /api/docs/ lists them all",
            "Select a valid choice. dozen is not one of the available choices.",
        ),
    ],
    ids=["chinese", "english"],
)
def test_refusals_are_in_the_language_asked_for(headers, missing, wrong, nobody, nowhere, unknown):
    client = APIClient(headers=headers)

    assert reasons(client.post(LOGIN, {})) == {missing}
    assert reasons(client.post(LOGIN, {"username": "nobody", "password": "x"})) == {wrong}
    assert reasons(client.get("/api/v1/units/")) == {nobody}
    assert reasons(client.get("/api/v1/nonsense/")) == {nowhere}
    client.force_authenticate(PostFactory().user)
    assert reasons(client.get("/api/v1/units/", {"kind": "dozen"})) == {unknown}

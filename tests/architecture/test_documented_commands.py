"""Commands in the documents can be typed: programs, options, targets, units and files are there.

What needs nothing but this folder is run here or by the test that is named; the rest is held
against what it names. A program that is neither checked nor excused fails the test.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
SUBSTITUTION = re.compile(r"\$\([^)]*\)")
COMMENT = re.compile(r"(^|\s)#[^\n]*")
SETTING = re.compile(r"[A-Z][A-Z0-9_]*=")
PLACE = re.compile(r"[A-Z][A-Z_]*(\.\w+)?$")
"""A word that the reader replaces, such as QUEUE or FILE.jsonl."""

RUN_ELSEWHERE = {
    "README.md": ("The first five minutes, over the API", "tests/demo/test_readme.py"),
    "docs/api.md": ("Clients from the description", "tests/contract/"),
}
"""Sections of documents whose commands another test types, and which."""

EXCUSED = {
    "cd": "changes the folder of what follows",
    "cp": "as root; its sources are checked",
    "install": "as root; its sources are checked",
    "ln": "as root",
    "mkdir": "makes a folder",
    "nginx": "of the machine; tests/deploy/ starts it with our site",
    "pg_dump": "needs the database of an installation",
    "pg_restore": "needs the database of an installation",
    "pip": "needs the network",
    "rm": "as root",
    "sha256sum": "needs an archive of `make bundle`, which tests/deploy/ makes",
    "sqlite3": "may not be there",
    "sudo": "as root; what it runs is checked",
    "tar": "needs an archive, or the folder of an installation",
    "useradd": "as root",
}
"""Programs that are not run, and why."""


@dataclass(frozen=True)
class Command:
    """A program with its arguments, as a document has it; settings before it are left out."""

    document: str
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        return self.words[0]

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words[1:]

    def __str__(self) -> str:
        return f"{self.document}: {' '.join(self.words)}"


def documented() -> Iterator[Command]:
    """Every command of a block of shell, and every text in a line that begins as one does."""
    known = {*CHECKS, *EXCUSED}
    for path in DOCUMENTS:
        name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        section, _test = RUN_ELSEWHERE.get(name, ("", ""))
        if section:
            before, _title, rest = text.partition(f"\n## {section}\n")
            text = before + rest[rest.find("\n## ") :]
        for language, block in FENCED.findall(text):
            if language == "sh":
                yield from commands(name, block)
        for line in INLINE.findall(FENCED.sub("", text)):
            words = [word for word in line.split() if not SETTING.match(word)]
            if len(words) > 1 and (words[0] in known or words[0].startswith("deploy/")):
                yield from commands(name, line)


def commands(document: str, text: str) -> Iterator[Command]:
    """The simple commands of some lines of shell, without comments, settings and redirections."""
    text = COMMENT.sub("", SUBSTITUTION.sub("WORD", text.replace("\\\n", " ")))
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";|&<>\n()")
    lexer.commenters, lexer.whitespace, lexer.whitespace_split = "", " \t", True
    words: list[str] = []
    skip = False
    for token in [*lexer, "\n"]:
        if skip:
            skip = False
        elif set(token) <= set("<>"):
            skip = True
        elif set(token) <= set(";|&\n()"):
            while words and SETTING.match(words[0]):
                words.pop(0)
            if words and words[0] not in {"{", "}"}:
                yield Command(document, tuple(words))
            words = []
        else:
            words.append(token)


# -- What is held against what ----------------------------------------------------------------


def make(command: Command) -> Iterator[str]:
    """Targets that the Makefile does not have."""
    known = set(
        re.findall(r"^([a-z]+)(?: [a-z]+)*:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )
    targets = [word for word in command.arguments if "=" not in word and not PLACE.match(word)]
    yield from (f"no target {target}" for target in targets if target not in known | {"demo"})


def python(command: Command) -> Iterator[str]:
    """Commands, modules, options and paths that are not there."""
    first, *rest = command.arguments or ("",)
    if first == "manage.py":
        yield from manage(rest)
    elif first == "-m":
        yield from module(rest)
    elif first == "-c":
        yield from ended([sys.executable, *command.arguments])
    elif not (ROOT / first).is_file():
        yield f"no file {first}"


def manage(words: list[str]) -> Iterator[str]:
    """A command of Django with options that it does not know."""
    if not words:
        return
    name, *arguments = words
    if name not in get_commands():
        yield f"no command {name}"
        return
    command = load_command_class(get_commands()[name], name)
    known = command.create_parser("manage.py", name)._option_string_actions
    given = [word.partition("=")[0] for word in arguments if word.startswith("-")]
    yield from (f"no option {option}" for option in given if option not in known)


def module(words: list[str]) -> Iterator[str]:
    """A module that cannot be found, or that does not know an option or a path."""
    name, *arguments = words
    if find_spec(name) is None:
        yield f"no module {name}"
        return
    paths = [word.partition("::")[0] for word in arguments if word.startswith("tests/")]
    yield from (f"no path {path}" for path in paths if not (ROOT / path).exists())
    options = [word.strip("[]") for word in arguments]  # some may be left out
    given = [word.partition("=")[0] for word in options if word.startswith("--")]
    if given and name != "pytest":
        told = help_of(name)
        yield from (f"no option {option}" for option in given if option not in told)


@cache
def help_of(name: str) -> str:
    """What a module prints when it is asked for help."""
    words = {"config.worker": ["prompt"]}.get(name, [])
    argv = [sys.executable, "-m", name, *words, "--help"]
    asked = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    return asked.stdout


def script(command: Command) -> Iterator[str]:
    """A script of ours that is not there or cannot be run; what it hands on is held as well."""
    path = ROOT / command.program
    if not os.access(path, os.X_OK) or path.is_dir():
        yield "cannot be run"
    if path.name == "tian-manage":
        yield from manage(list(command.arguments))


def systemctl(command: Command) -> Iterator[str]:
    """Units of ours that are not in deploy/systemd."""
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    for word in command.arguments:
        if word.startswith("tian"):
            name, _at, instance = word.partition("@")
            wanted = f"{name}@.service" if instance else name if "." in name else f"{name}.service"
            if wanted not in units:
                yield f"no unit {wanted}"


def docker(command: Command) -> Iterator[str]:
    """Files and services that the compose file does not have."""
    words = list(command.arguments)
    if "exec" in words:
        rest = [word for word in words[words.index("exec") + 1 :] if not word.startswith("-")]
        services = (ROOT / "deploy" / "compose.yaml").read_text()
        if f"\n  {rest[0]}:" not in services:
            yield f"no service {rest[0]}"
        if "manage.py" in rest:
            yield from manage(rest[rest.index("manage.py") + 1 :])


def curl(command: Command) -> Iterator[str]:
    """Addresses of the product that lead nowhere."""
    for word in command.arguments:
        if word.startswith("https://tian.example/"):
            try:
                resolve(urlsplit(word).path)
            except Resolver404:
                yield f"no page {word}"


def nothing(command: Command) -> Iterator[str]:
    """No more than the files that are named."""
    yield from ()


def after_sudo(command: Command) -> Iterator[str]:
    """What is run as somebody else."""
    rest = command.arguments[2:] if command.arguments[:1] == ("-u",) else command.arguments
    yield from wrong(Command(command.document, rest))


def ended(argv: list[str]) -> Iterator[str]:
    """The error of a command that is run."""
    run = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        yield run.stderr


CHECKS: dict[str, Callable[[Command], Iterator[str]]] = {
    ".venv/bin/python": python,
    "curl": curl,
    "docker": docker,
    "make": make,
    "manage.py": lambda command: manage(list(command.arguments)),
    "psql": nothing,
    "pytest": lambda command: module(list(command.words)),
    "python": python,
    "python3": python,
    "sudo": after_sudo,
    "systemctl": systemctl,
}
"""How the commands of each program are checked."""

NAMED = re.compile(r"(?:--[a-z-]+=)?((?:bench|config|deploy|docs|tests)/[\w@./-]*\w)$")


def wrong(command: Command) -> Iterator[str]:
    """What of a command is not there."""
    if command.program.startswith("deploy/"):
        yield from script(command)
    elif command.program in CHECKS:
        yield from CHECKS[command.program](command)
    elif command.program not in EXCUSED:
        yield f"nobody checks {command.program}: add it to CHECKS or EXCUSED"
    for word in command.arguments:
        named = NAMED.match(word)
        if named and not (ROOT / named[1]).exists() and named[1] not in MADE:
            yield f"no file {named[1]}"


MADE = {"deploy/tls"}
"""Folders that an operator makes."""


@pytest.fixture(scope="module")
def known() -> list[Command]:
    """All commands of the documents, each once."""
    return list(dict.fromkeys(documented()))


def test_what_the_documents_say_can_be_typed(known):
    found = {str(command): faults for command in known if (faults := list(wrong(command)))}

    assert found == {}
    assert len(known) > 100


def test_commands_of_an_installation_are_run(known, tmp_path, migrated_database):
    if migrated_database.exists():  # migrations take long, and are not what is tested here
        shutil.copyfile(migrated_database, tmp_path / "tian.sqlite3")
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL")
    environment = {name: text for name, text in os.environ.items() if name not in ours}
    lines = {command.words[command.words.index("manage.py") + 1 :] for command in on_manage(known)}
    runnable = sorted(words for words in lines if words[0] not in NOT_RUN_HERE)

    failed = {}
    for words in [("migrate",), *runnable]:
        named = [str(tmp_path / word) if word.endswith(".yaml") else word for word in words]
        run = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *named],
            env=environment | {"DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        if run.returncode:
            failed[words] = run.stderr

    assert failed == {}
    assert {"check", "reindex", "start_link", "verify_ledger"} <= {words[0] for words in runnable}
    assert {words[0] for words in lines} >= set(NOT_RUN_HERE)


def on_manage(known: list[Command]) -> Iterator[Command]:
    """The commands of Django that are written out in full."""
    for command in known:
        words = [Path(word).name.replace("tian-manage", "manage.py") for word in command.words]
        if "manage.py" in words[:2] and words[-1] != "manage.py":
            at = words.index("manage.py")
            yield Command(command.document, (*words[: at + 1], *command.words[at + 1 :]))


NOT_RUN_HERE = {
    "create_committee": "tests/members/test_create_committee.py",
    "createsuperuser": "asks who it is to be",
    "lifecycle": "writes into docs/, and `make lint` looks whether it would",
    "makemigrations": "writes into the tree, and `make lint` looks whether it would",
    "play_year": "tests/demo/test_year.py",
    "serve": "tests/config/test_serve.py",
    "statistics": "tests/demo/test_year.py: needs a year that was played",
}
"""Commands of Django, and which test runs them, or why none does."""


@pytest.mark.parametrize(
    "line",
    [
        "make instal",
        "manage.py verify_ledgers",
        ".venv/bin/python manage.py statistics sichuan:12-5 --jsn",
        "python -m bench.nothing",
        "python -m bench.similarity FILE.jsonl --nothing",
        ".venv/bin/python -m pytest tests/nothing",
        "sudo -u postgres psql --file=deploy/nothing.sql",
        "deploy/make-nothing",
        "deploy/systemd/tian-manage nothing",
        "systemctl start tian-nothing",
        "docker compose exec nothing true",
        "curl https://tian.example/api/v1/nothing/",
        "nobody-knows this",
    ],
)
def test_what_cannot_be_typed_is_found(line):
    (command,) = commands("docs/nothing.md", f"DEBUG=true {line} > file  # a comment")

    assert list(wrong(command)) != []


def test_every_excuse_is_needed_and_every_other_test_is_there(known):
    programs = {command.program for command in known}

    assert set(EXCUSED) - programs == set()
    for name, (section, test) in RUN_ELSEWHERE.items():
        assert f"\n## {section}\n" in (ROOT / name).read_text(encoding="utf-8")
        assert (ROOT / test).exists()


def test_make_tells_its_targets():
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    targets = re.findall(r"^(\w+) ", told.stdout, re.MULTILINE)
    assert {"install", "run", "serve", "test", "bundle"} <= set(targets)

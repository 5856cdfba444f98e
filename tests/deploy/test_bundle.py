"""The archive that `make bundle` makes is enough: no network, no Node.js, no compiler."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import __version__
from tests.deploy.machine import ROOT, Client, free_ports, process, run
from tests.services import running, until

TOOLS = [
    *("bash", "sh", "make", "python3", "env", "[", "cat", "cmp", "cp", "expand", "grep", "id"),
    *("mkdir", "mv", "rm", "sed", "touch", "uname"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards: pytest keeps its own for three runs, these are large."""
    with tempfile.TemporaryDirectory(prefix="tian-bundle-") as name:
        yield Path(name)


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


def without_a_network() -> list[str]:
    """What to put before a command to take its network away, if this machine permits that."""
    unshare = ["unshare", "--map-root-user", "--net"]
    permitted = shutil.which("unshare") and not subprocess.run([*unshare, "true"]).returncode
    return [str(shutil.which("unshare")), *unshare[1:]] if permitted else []


def test_a_bundle_installs_offline_and_serves(folder, bare):
    installed = ["--assume-old=.venv/runtime", "--assume-old=node_modules"]
    run(["make", "bundle", f"BUNDLES={folder}", *installed], ROOT)
    [archive] = folder.glob(f"tian-{__version__}-*.tar.gz")
    run(["sha256sum", "--check", f"{archive.name}.sha256"], folder)
    run(["tar", "--extract", "--gzip", f"--file={archive.name}"], folder)
    unpacked = folder / archive.name.removesuffix(".tar.gz")
    archive.unlink()

    install = [*without_a_network(), "make", "install"]
    wheel = min(unpacked.glob("wheels/*.whl"))
    whole = wheel.read_bytes()
    wheel.write_bytes(whole + b" ")
    assert "DO NOT MATCH THE HASHES" in run(install, unpacked, bare, fails=True)
    wheel.write_bytes(whole)
    run(install, unpacked, bare)
    a_clone_takes_from_it(folder / "clone", unpacked, bare)

    [port] = free_ports(1)
    environment = bare | {
        "ALLOWED_HOSTS": "tian.example",
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "SECRET_KEY": "a-key-of-fifty-characters-0123456789-abcdefghijklmnopqrstuvwxyz",
        "SECURE_COOKIES": "true",
        "HSTS_SECONDS": "3600",
    }
    manage = [str(unpacked / ".venv" / "bin" / "python"), str(unpacked / "manage.py")]
    run([*manage, "check", "--deploy", "--fail-level=WARNING"], unpacked, environment)
    run([*manage, "migrate", "--no-input"], unpacked, environment)
    run([*manage, "collectstatic", "--no-input"], unpacked, environment)

    with running(process("serve", [*manage, "serve"], unpacked, environment, port)):
        client = Client(folder, ["--connect-to", f"tian.example:80:127.0.0.1:{port}"])
        until(lambda: client.get("http://tian.example/health/")[0] == 200)
        health = json.loads(client.get("http://tian.example/health/")[2])
        assert (health["version"], health["database"]) == (__version__, "ok")

        status, _leads_to, page = client.get(
            "http://tian.example/accounts/login/", "--location", "--header", "Accept-Language: en"
        )
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert status == 200
        assert "Sign in" in page  # the catalogue is compiled
        assert "<svg aria-hidden" in page
        assert any("tabler.min" in name for name in files)
        for name in files:
            assert client.get(f"http://tian.example{name}", "--output", os.devnull)[0] == 200


def a_clone_takes_from_it(clone: Path, unpacked: Path, bare: dict[str, str]) -> None:
    """With OFFLINE=FOLDER everything comes from there, if it is of the same version."""
    (clone / "config" / "static").mkdir(parents=True)
    for file in ("Makefile", "requirements.txt", "config/__init__.py"):
        shutil.copy(unpacked / file, clone / file)
    install = ["make", "install", f"OFFLINE={unpacked}"]
    (clone / ".venv").symlink_to(unpacked / ".venv")  # what takes long has just been done
    run([*install, "--assume-old=.venv/runtime"], clone, bare)
    for built in ("config/icons.tsv", "config/static/vendor/htmx.min.js"):
        assert (clone / built).read_bytes() == (unpacked / built).read_bytes()

    with (clone / "requirements.txt").open("a") as newer:
        newer.write("another==1.0\n")
    (clone / ".venv").unlink()
    assert "is of another version" in run(install, clone, bare, fails=True)

"""What deploy/ declares agrees with itself and with the product: commands, settings, files."""

import json
import os
import re
import shlex
import shutil
import subprocess

import pytest
import yaml

from config import __version__
from config.celery import QUEUES
from tests.deploy.commands import ROOT
from tests.deploy.units import UNITS, Unit, assignments, of_the_target

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: about for name, about in SERVICES.items() if about["image"].startswith("tian:")}
OURSELVES = {"beat", "web", *(f"worker-{queue}" for queue in QUEUES)}


def plain(command: list[str]) -> list[str]:
    """A command without where web listens, which differs inside of a container."""
    return [word for word in command if not word.startswith(("--host=", "--port="))]


def test_containers_run_what_the_units_run_and_both_run_every_queue():
    migrate, _collect = Unit("tian-migrate.service").commands
    units = {tuple(plain(unit.commands[0])) for unit in of_the_target()} | {tuple(migrate)}
    containers = {name: plain(shlex.split(about["command"])) for name, about in OURS.items()}

    assert {tuple(command) for command in containers.values()} == units
    assert set(containers) == OURSELVES | {"migrate"}
    assert {name for name in containers if containers[name][-1] in QUEUES} == {
        f"worker-{queue}" for queue in QUEUES
    }
    [usual] = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert json.loads(usual) == shlex.split(OURS["web"]["command"])
    assert {about["image"] for about in OURS.values()} == {f"tian:{__version__}"}


def test_every_variable_is_a_setting():
    operations = (ROOT / "docs" / "operations.md").read_text()
    settings = set(re.findall(r"^\| `(\w+)`", operations, re.MULTILINE))
    named = {name for about in OURS.values() for name in about["environment"]}
    for file in (DEPLOY / "tian.env", UNITS / "secrets.env", UNITS / "owner.env"):
        named |= set(assignments(file.read_text()))
    [line] = re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE)
    named |= set(re.findall(r"(\w+)=", line)) - {"PYTHONUNBUFFERED"}

    assert {name.removesuffix("_FILE") for name in named} - settings == set()


def test_secrets_are_made_once_for_all_that_read_them(tmp_path):
    script = shutil.copy(DEPLOY / "make-secrets", tmp_path)
    read = {about["file"] for about in COMPOSE["secrets"].values()}

    subprocess.run([script], check=True)
    made = {f"secrets/{file.name}": file.read_text() for file in tmp_path.glob("secrets/*")}
    assert set(made) == read
    assert made["secrets/app-password"] in made["secrets/app-database-url"]
    assert len(set(made.values())) == len(read)
    assert subprocess.run([script], capture_output=True).returncode == 1


def test_every_file_that_is_copied_or_mounted_is_in_the_bundle():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    files = set(listed.stdout.split())
    folders = {name.partition("/")[0] for name in files if "/" in name} | {"wheels"}
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    copied = {source for line in lines for source in line.split()}
    volumes = [volume for about in SERVICES.values() for volume in about.get("volumes", [])]
    mounted = {volume.partition(":")[0] for volume in volumes if volume.startswith("./")}

    assert {source for source in copied if not list(ROOT.glob(source))} - {"wheels"} == set()
    assert {source for source in mounted if not (DEPLOY / source).exists()} <= {"./tls"}
    assert folders - {".ci", "bench", "deploy", "tests"} <= copied


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="There is no systemd here.")
def test_systemd_accepts_the_units(tmp_path):
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    names = [unit.name for unit in of_the_target()]
    for file in tmp_path.glob("tian*.*"):
        if file.is_file():
            file.write_text(file.read_text().replace("/srv/tian", str(ROOT)))
            names += [file.name] if "@" not in file.name else []
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
    )

    about_ours = [line for line in checked.stderr.splitlines() if "tian" in line]
    assert (checked.returncode, about_ours) == (0, [])

"""What is in the repository says nothing of the machine that it was written on."""

import re
import subprocess
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ON_SQLITE_TOO

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = ["pypi.org", "pythonhosted.org", "npmjs.org", "debian.org"]
OPTIONS = ["--index-url", "--extra-index-url", "--find-links", "--trusted-host"]
FOLDERS = ["/home/", "/opt/", "/root/", "/tmp/", "/work/"]  # noqa: S108 -- looked for, not used
WORDS = re.compile("|".join(re.escape(word) for word in REGISTRIES + OPTIONS + FOLDERS))


def tracked() -> list[Path]:
    """Every file that git keeps, but this one, which must name what it looks for."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.exists() and path != Path(__file__)]


def test_no_file_names_a_download_address_or_a_machine_path():
    found = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture or a document
            continue
        if words := sorted(set(WORDS.findall(text))):
            found[str(path.relative_to(ROOT))] = words

    assert found == {}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_exactly(name):
    lines = (ROOT / name).read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]

    assert [line for line in wanted if not re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line)] == []


@pytest.mark.parametrize("python", ["3.11.0", "3.11.7", "3.12.0", "3.13.0", "3.14.0"])
def test_what_any_supported_python_needs_is_pinned(python):
    """An archive of one machine is installed on another without a network, and adds nothing."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    there = default_environment() | {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
    }

    needed = {
        canonicalize_name(further.name): package.name
        for package in pinned
        for further in map(Requirement, requires(package.name) or ())
        if further.marker is None
        or any(further.marker.evaluate({**there, "extra": x}) for x in {"", *package.extras})
    }

    assert needed.keys() - {canonicalize_name(package.name) for package in pinned} == set()


def test_what_runs_on_sqlite_too_is_there():
    assert [name for name in ON_SQLITE_TOO if not (ROOT / name.partition("::")[0]).exists()] == []


def test_every_style_of_paper_is_a4():
    sheets = [path for path in tracked() if path.suffix == ".css" and "vendor" not in path.parts]
    papers = [
        rule for path in sheets for rule in re.findall(r"@page[^{]*\{[^}]*\}", path.read_text())
    ]
    documents = {
        str(path.relative_to(ROOT)): path.read_text()
        for path in tracked()
        if path.suffix == ".html" and "<!DOCTYPE" in path.read_text(encoding="utf-8")
    }
    with_paper = {
        path.name for path in sheets if re.search(r"@page\s*\{[^}]*size: A4", path.read_text())
    }

    assert len(papers) >= 4
    assert [rule for rule in papers if "size: A4" not in rule] == []
    assert [name for name, text in documents.items() if not any(map(text.count, with_paper))] == []

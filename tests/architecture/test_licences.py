"""What we pass on may be passed on with ours, and the changelog knows the version."""

import json
import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

from config import __version__

ROOT = Path(__file__).resolve().parents[2]
GOES_TOGETHER = re.compile(r"\b(0BSD|Apache|BSD|ISC|LGPL(-3\.0|v3)|MIT|MPL-2\.0|PSF-2\.0)\b")
DOES_NOT = re.compile(r"\b(A?GPL|SSPL|BUSL|Commercial)\b|\bGNU (Affero )?General Public")


def test_every_package_may_be_passed_on():
    python = re.findall(r"^([\w.-]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    npm = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    licences = {
        **{name: said_of(name) for name in python},
        **{name: about["license"] for name, about in npm.items() if name and "dev" not in about},
    }

    assert {
        name: licence
        for name, licence in licences.items()
        if DOES_NOT.search(licence) or not GOES_TOGETHER.search(licence)
    } == {}


def said_of(package: str) -> str:
    """What the package's metadata says of its licence: an SPDX expression, a name, classifiers."""
    about = metadata(package)
    named = about.get("License-Expression") or about.get("License") or ""
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License")]
    return " ".join([named.partition("\n")[0], *classifiers])


def test_the_licence_stands_in_the_metadata_and_in_the_tree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "MulanPSL-2.0"
    assert "木兰宽松许可证， 第2版" in (ROOT / "LICENSE").read_text()


def test_the_changelog_begins_with_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert re.findall(r"^## \[(\d\S*)\] - ", changelog, re.MULTILINE)[0] == __version__

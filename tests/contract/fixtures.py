"""The client that openapi-python-client makes of the API's description."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import pytest

from tests.contract.answers import description

PACKAGE = "tian_client"
CONFIG = {"package_name_override": PACKAGE, "post_hooks": []}  # not formatted: nobody reads it


class PythonClient:
    """The package of the client, imported whole; its operations are attributes.

    A status that is not described is an error for its clients.
    """

    def __init__(self, package: ModuleType) -> None:
        found = [module.name for module in walk_packages(package.__path__, f"{PACKAGE}.")]
        modules = {name: import_module(name) for name in found}
        operations = {name: module for name, module in modules.items() if ".api." in name}
        self.models = modules[f"{PACKAGE}.models"]
        self.operations = {name.rpartition(".")[2]: module for name, module in operations.items()}
        self._package = package

    def __getattr__(self, operation: str) -> ModuleType:
        return self.operations[operation]

    def stranger(self, url: str) -> Any:
        """A client without a token, to be closed by ``with``."""
        return self._package.Client(url, raise_on_unexpected_status=True)

    def signed_in(self, url: str, token: str) -> Any:
        """A client with a token, to be closed by ``with``."""
        return self._package.AuthenticatedClient(
            url, token, prefix="Token", raise_on_unexpected_status=True
        )


@pytest.fixture(scope="session")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PythonClient]:
    """A client that has just been generated, without a warning."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "api.json").write_text(json.dumps(description().document))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--path", "api.json", "--config", "config.json"]
    command += ["--meta", "none", "--output-path", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield PythonClient(import_module(PACKAGE))

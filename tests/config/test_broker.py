"""Redis or Valkey: the server of the machine, else the one that came with the packages."""

import subprocess

import pytest

from config.broker import redis_server


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [(["valkey-server"], "valkey-server"), (["redis-server", "valkey-server"], "redis-server")],
)
def test_a_server_on_path_comes_first(tmp_path, monkeypatch, installed, chosen):
    for name in installed:
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert redis_server() == str(tmp_path / chosen)


def test_without_one_the_packages_bring_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    said = subprocess.run([redis_server(), "--version"], capture_output=True, text=True, check=True)

    assert "v=9." in said.stdout

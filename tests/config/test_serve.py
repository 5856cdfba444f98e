"""A second copy is told so, and nothing is started."""

import socket

import pytest
from django.core.management import CommandError, call_command

from config.management.commands.serve import only_copy


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_refused(port):
    with pytest.raises(
        CommandError, match=rf"in use\. Choose another one, such as PORT={port + 1}"
    ):
        call_command("serve", port=port)


def test_a_folder_in_use_is_refused(tmp_path):
    with only_copy(tmp_path), pytest.raises(CommandError, match="Another copy"):
        only_copy(tmp_path)


def test_a_folder_is_free_again_afterwards(tmp_path):
    only_copy(tmp_path).close()

    only_copy(tmp_path).close()

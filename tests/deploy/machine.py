"""A machine on which the product was installed as docs/operations.md says.

Only places differ: those of the code, the data, the certificate, the settings, and the ports.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from config.processes import Child
from tests.deploy.client import Client
from tests.deploy.commands import ROOT, free_ports, process, run
from tests.deploy.units import UNITS, Unit, assignments

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


class Machine:
    """``folder`` is for its files, ``code`` is /srv/tian, ``filled_in`` is for the samples."""

    def __init__(self, folder: Path, code: Path, filled_in: dict[str, dict[str, str]]) -> None:
        self.folder = folder
        self.code = code
        named = ["80", "443", "8000", "8001"]
        self.ports = dict(zip(named, map(str, free_ports(4)), strict=True))
        self.settings = {}
        for file in (ROOT / "deploy" / "tian.env", UNITS / "secrets.env", UNITS / "owner.env"):
            sample = assignments(file.read_text())
            assert set(filled_in[file.name]) <= set(sample), file.name
            settings = sample | filled_in[file.name]
            self.settings[f"/etc/tian/{file.name}"] = settings
            lines = [f"{name}={value}\n" for name, value in settings.items()]
            (folder / file.name).write_text("".join(lines))

    def processes(self, unit: Unit) -> list[Child]:
        """What the unit would start."""
        environment: dict[str, str] = {}
        for file in unit.get("EnvironmentFile"):
            environment |= self.settings[file]
        assert unit.get("WorkingDirectory") == ["/srv/tian"]
        processes = []
        for command in unit.commands:
            here = [self._here(word) for word in command]
            port = next((word[7:] for word in here if word.startswith("--port=")), "0")
            processes.append(process(unit.name, here, self.code, environment, int(port)))
        return processes

    def run(self, unit: Unit) -> str:
        """What the commands of a unit print that ends by itself."""
        return "".join(run(child.argv, self.code) for child in self.processes(unit))

    def manage(self, *command: str) -> str:
        """What tian-manage prints; the test stays whoever runs it."""
        script = (UNITS / "tian-manage").read_text().replace("runuser --user tian -- ", "")
        return run(["sh", "-c", self._here(script), "tian-manage", *command], self.folder)

    def nginx(self) -> Child:
        """The site of deploy/nginx, with a certificate of its own."""
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        name = ["-subj", "/CN=tian.example", "-addext", "subjectAltName=DNS:tian.example"]
        files = ["-keyout", "tian.key", "-out", "tian.crt"]
        run(["openssl", "req", "-x509", *key, *name, *files], self.folder)
        for file in ("tian.conf", "upstream.conf"):
            text = (ROOT / "deploy" / "nginx" / file).read_text()
            text = re.sub(r" +listen \[::\].*\n", "", text)  # not every machine has IPv6
            text = re.sub(r"listen (\d+)", r"listen 127.0.0.1:\1", text)
            (self.folder / file).write_text(self._here(text))
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder))
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "There is no nginx: `make nginx` installs it."
        command = [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        return process("nginx", command, self.folder, {}, int(self.ports["443"]))

    def browser(self) -> Client:
        """Somebody who trusts that certificate."""
        to = [f"tian.example:{port}:127.0.0.1:{self.ports[port]}" for port in ("80", "443")]
        options = [word for place in to for word in ("--connect-to", place)]
        options += ["--cacert", str(self.folder / "tian.crt")]
        return Client(self.folder / "cookies", options)

    def _here(self, text: str) -> str:
        text = text.replace("/srv/tian", str(self.code))
        text = re.sub("/etc/tian|/etc/nginx/tls", str(self.folder), text)
        return re.sub(
            r"(--port=|127\.0\.0\.1:)(\d+)", lambda at: at[1] + self.ports.get(at[2], at[2]), text
        )

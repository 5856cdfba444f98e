"""Asks for pages as a browser does, by curl, with cookies."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """What came back, and where it leads."""

    status: int
    leads_to: str
    text: str


class Client:
    """Somebody who keeps cookies in a file; ``options`` are curl's."""

    def __init__(self, cookies: Path, options: list[str]) -> None:
        curl = shutil.which("curl")
        assert curl, "There is no curl: `make nginx` installs it."
        self.command = [curl, "--silent", "--show-error", *options]
        self.command += ["--cookie", str(cookies), "--cookie-jar", str(cookies)]
        self.command += ["--write-out", r"\n%{http_code} %{redirect_url}"]

    def get(self, address: str, *options: str) -> Answer:
        """Ask for an address."""
        asked = subprocess.run(
            [*self.command, *options, address], stdout=subprocess.PIPE, text=True, check=True
        )
        text, _, last = asked.stdout.rpartition("\n")
        status, _, leads_to = last.partition(" ")
        return Answer(int(status), leads_to, text)

    def post(self, address: str, **fields: str) -> Answer:
        """Fill in the form that is there and send it."""
        form = self.get(address).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token, form
        fields["csrfmiddlewaretoken"] = token[1]
        sent = [word for item in fields.items() for word in ("--data-urlencode", "=".join(item))]
        return self.get(address, "--referer", address, *sent)

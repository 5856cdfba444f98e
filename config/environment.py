"""Reads settings from environment variables; docs/operations.md lists them all.

Any variable can also be read from a file: ``SECRET_KEY_FILE`` names the file that holds
``SECRET_KEY``. An empty variable counts as not set. What is wrong raises ImproperlyConfigured
with a sentence for the operator: which variable, what is wrong, the remedy. The sentence repeats
no value that could hold a password.
"""

from __future__ import annotations

import builtins  # the readers are named as django-environ names them, after types
import json
import os
import re
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from ssl import PEM_cert_to_DER_cert
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

NO = ("0", "false", "off", "n", "no")
HOST = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
RATE = re.compile(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)")
DATABASES = ("postgres", "postgresql", "sqlite")
ESCAPES = "In a password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25."
NOT_SET: Any = environ.Env.NOTSET


class Environment(environ.FileAwareEnv):
    """The environment of this process, read variable by variable."""

    def get_value(
        self,
        var: str,
        cast: Any = None,
        default: Any = NOT_SET,
        parse_default: builtins.bool = False,
    ) -> Any:
        """What the variable says, else the default; a ``$`` in it is an ordinary character."""
        text = self._text(var)
        if text:
            return text if cast in (None, str) else self.parse_value(text, cast)
        refuse_if(default is NOT_SET, f"{var} is not set: docs/operations.md says what it means.")
        return default

    def required(self, var: str, by: str) -> str:
        """A text that another variable makes necessary."""
        text = self._text(var)
        refuse_if(not text, f"{var} is not set: set it, or leave out {by}.")
        return text

    def together(self, *names: str) -> builtins.list[str]:
        """Texts of variables that mean something only together; empty where none is given."""
        texts = {var: self._text(var) for var in names}
        given = [var for var, text in texts.items() if text]
        missing = [var for var in names if var not in given]
        if given and missing:
            raise ImproperlyConfigured(f"{missing[0]} is not set: set it, or leave out {given[0]}.")
        return [*texts.values()] if given else []

    def bool(self, var: str, default: builtins.bool) -> builtins.bool:
        """Yes or no."""
        text = self._text(var).lower()
        known = (*self.BOOLEAN_TRUE_STRINGS, *NO, "")
        refuse_if(text not in known, f"{var} must be true or false.")
        return text in self.BOOLEAN_TRUE_STRINGS if text else default

    def int(
        self, var: str, default: builtins.int, least: builtins.int = 0, most: builtins.int = 10**9
    ) -> builtins.int:
        """A whole number within limits."""
        text = self._text(var)
        is_number = re.fullmatch(r"-?\d{1,12}", text or str(default)) is not None
        number = int(text or default) if is_number else least - 1
        limits = f"from {least} to {most}" if most < 10**9 else f"{least} or more"
        refuse_if(not least <= number <= most, f"{var} must be a whole number, {limits}.")
        return number

    def float(self, var: str, default: builtins.float) -> builtins.float:
        """A number."""
        try:
            return float(self._text(var) or default)
        except ValueError:
            raise ImproperlyConfigured(f"{var} must be a number such as 0.8.") from None

    def list(self, var: str, default: Any = NOT_SET) -> builtins.list[str]:
        """Texts that are separated by commas; spaces around them do not count."""
        text: str | builtins.list[str] = self.get_value(var, default=default)
        if not isinstance(text, str):
            return text
        return [part.strip() for part in text.split(",") if part.strip()]

    def choice(self, var: str, choices: Collection[str], default: str) -> str:
        """One of several words."""
        text: str = self(var, default=default)
        refuse_if(text not in choices, f"{var} must be one of {', '.join(choices)}.")
        return text

    def rate(self, var: str, default: str) -> str:
        """So many times in a second, minute, hour or day."""
        text: str = self(var, default=default)
        refuse_if(not RATE.fullmatch(text), f"{var} must be a rate such as 10/min or 100/hour.")
        return text

    def time_zone(self, var: str, default: str) -> str:
        """A time zone that this machine knows."""
        text: str = self(var, default=default)
        try:
            ZoneInfo(text)
        except (KeyError, OSError, ValueError):
            raise ImproperlyConfigured(f"{var} must be a time zone: Asia/Shanghai.") from None
        return text

    def networks(self, var: str) -> builtins.list[IPv4Network | IPv6Network]:
        """Networks by their addresses."""
        try:
            return [ip_network(text) for text in self.list(var, default=[])]
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{var} must list networks such as 10.0.8.0/24: {error}."
            ) from None

    def file(self, var: str) -> str:
        """The name of a file that this process can read; empty when none is given."""
        name: str = self(var, default="")
        if name:
            _content(var, name)
        return name

    def hosts(self, var: str, default: builtins.list[str]) -> builtins.list[str]:
        """Hosts as browsers name them, without scheme, port or path."""
        names = self.list(var, default=default)
        refuse_if("*" in names, f"{var} must name the hosts: '*' is refused.")
        for name in names:
            refuse_if(
                not HOST.fullmatch(name),
                f"{var} must list host names or addresses such as tian.county.lan, 10.0.0.5 or "
                f"[fd00::5], without http://, port or path, and {name!r} is none. A name has no "
                "underscore; one in Chinese is written as browsers send it, xn--….",
            )
        return names

    def origin(self, var: str) -> str:
        """How the product's addresses begin, without a slash at the end; may be empty."""
        text: str = self(var, default="").rstrip("/")
        refuse_if(text and not _is_address(text), f"{var} must be like https://tian.example.")
        return text

    def address(self, var: str, *schemes: str) -> str:
        """The address of something at another server, as it is; may be empty."""
        text: str = self(var, default="")
        like = f"{schemes[-1] if schemes else 'https'}://sso.example/login"
        refuse_if(text and not _is_address(text, *schemes), f"{var} must be like {like}.")
        return text

    def certificate(self, var: str) -> str:
        """A certificate, in the letters of PEM."""
        text = self._text(var)
        try:
            PEM_cert_to_DER_cert(text)
        except ValueError:
            raise ImproperlyConfigured(
                f"{var} must be a certificate in PEM, with its lines -----BEGIN CERTIFICATE----- "
                f"and -----END CERTIFICATE-----: name its file in {var}_FILE."
            ) from None
        return text

    def headers(self, var: str) -> dict[str, str]:
        """Names and values of HTTP headers, as a JSON object of texts."""
        text: str = self(var, default="{}")
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        are_texts = isinstance(found, dict) and all(
            isinstance(value, str) and value.isprintable() for value in found.values()
        )
        refuse_if(not are_texts, f'{var} must be like {{"Authorization": "Bearer …"}}.')
        return dict(found)

    def origins(self, var: str) -> builtins.list[str]:
        """Schemes with hosts, as browsers send them in ``Origin``."""
        texts = [text.rstrip("/") for text in self.list(var, default=[])]
        for text in texts:
            is_one = _is_address(text) and not urlsplit(text).path
            refuse_if(not is_one, f"{var} must list origins such as https://tian.example.")
        return texts

    def server(self, var: str, choices: Collection[str], default: str) -> str:
        """One of several words, or the address of a server."""
        text: str = self(var, default=default)
        refuse_if(
            text not in choices and not _is_address(text),
            f"{var} must be one of {', '.join(choices)}, or an address such as http://10.0.0.5/v1.",
        )
        return text

    def database(self, var: str, default: str) -> dict[str, Any]:
        """Django's settings of a database."""
        text: str = self(var, default=default)
        form = (
            f"{var} must be like postgres://user:password@host:5432/name or "
            f"sqlite:////srv/tian/tian.sqlite3. {ESCAPES}"
        )
        refuse_if(text.partition("://")[0] not in DATABASES, form)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of an SQLite file that is taken for a host
            try:
                found: dict[str, Any] = self.db_url_config(text)
            except (ValueError, UserWarning):
                raise ImproperlyConfigured(form) from None
        in_memory = found["NAME"] == ":memory:" and text != "sqlite://:memory:"
        refuse_if(in_memory or not found["NAME"], form)
        return found

    def mail(self, var: str) -> dict[str, Any]:
        """Django's settings of a mail server; none when it is not named."""
        text: str = self(var, default="")
        if not text:
            return {}
        try:
            refuse_if(text.partition("://")[0] not in self.EMAIL_SCHEMES, "unknown scheme")
            found: dict[str, Any] = self.email_url_config(text)
        except (ImproperlyConfigured, ValueError):
            raise ImproperlyConfigured(
                f"{var} must be like smtp+tls://user:password@host:587, smtp+ssl://…:465 or "
                f"smtp://host:25. {ESCAPES}"
            ) from None
        return found

    def broker(self, var: str, default: str) -> str:
        """The address of Redis."""
        text: str = self(var, default=default)
        by_socket = re.fullmatch(r"redis\+socket://([^/]*@)?/.+", text)
        refuse_if(
            not by_socket and not _is_address(text, "redis", "rediss"),
            f"{var} must be like redis://:password@host:6379/0 or redis+socket:///path. {ESCAPES}",
        )
        return text

    def _text(self, var: str) -> str:
        """The variable, or the file that its namesake with _FILE names; empty when not set."""
        file = os.environ.get(f"{var}_FILE")
        return (_content(f"{var}_FILE", file) if file else os.environ.get(var, "")).strip()


def refuse_if(wrong: object, sentence: str) -> None:
    """Raise ImproperlyConfigured with this sentence when something is wrong."""
    if wrong:
        raise ImproperlyConfigured(sentence)


@contextmanager
def writing_to(folder: Path, var: str) -> Iterator[None]:
    """What is made in here lies in the folder of that variable; it must be possible."""
    try:
        yield
    except OSError as error:
        raise ImproperlyConfigured(
            f"{error.filename or folder} cannot be used: {error.strerror}. Give it to the user "
            f"that runs Ti'an, or name another folder in {var}."
        ) from None


def _content(var: str, name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ImproperlyConfigured(f"{var} names {name}, which cannot be read: {why}.") from None


def _is_address(text: str, *schemes: str) -> bool:
    """Whether this is the address of a server, http by default, with a port that can be."""
    try:
        parts = urlsplit(text)
        return parts.scheme in (schemes or ("http", "https")) and bool(
            parts.hostname and parts.port != 0
        )
    except ValueError:
        return False

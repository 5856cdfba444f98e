"""Holds answers of the API against its description, by OpenAPI 3.1 and JSON Schema."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import override
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema_rs import Draft202012Validator, Registry

ROOT = "/api/v1/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Those that are described; HEAD and OPTIONS are the framework's."""

JSON = "application/json"
DOCUMENT = "urn:tian"
REFUSAL = "/components/schemas/Refusal"
REFUSED = (401, 403, 404, 405)
"""What is answered where there is no operation."""


class Description:
    """What ``/api/schema/`` says; each part is compiled when it is first needed."""

    def __init__(self) -> None:
        GENERATOR_STATS.reset()
        with override(settings.LANGUAGE_CODE):
            self.document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
        self.warnings = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
        strict = deepcopy(self.document)
        for schema in strict["components"]["schemas"].values():
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
        self._registry = Registry([(DOCUMENT, strict)])
        self._validators: dict[str, Draft202012Validator] = {}
        self._addresses: dict[int, list[tuple[str, list[str]]]] = {}
        for address in self.document["paths"]:
            parts = address.split("/")
            self._addresses.setdefault(len(parts), []).append((address, parts))

    def address(self, path: str) -> str:
        """The described address that the path is one of, the most literal of several; or empty."""
        words = path.split("/")
        fitting = [
            (address.count("{"), address)
            for address, parts in self._addresses.get(len(words), ())
            if all(
                part == word or part.startswith("{")
                for word, part in zip(words, parts, strict=True)
            )
        ]
        return min(fitting)[1] if fitting else ""

    def fault(self, method: str, path: str, answer: Any) -> str:
        """What about the answer is not as it is described, or empty."""
        address = self.address(path)
        operation = self.document["paths"].get(address, {}).get(method.lower())
        if operation is None:
            if answer.status_code not in REFUSED:
                return "there is no such operation"
            return self._fault_of_body(REFUSAL, answer)
        status = str(answer.status_code)
        if status not in operation["responses"]:
            return f"the status {status} is not described"
        content = operation["responses"][status].get("content", {})
        kind = answer.get("Content-Type", "").partition(";")[0]
        if not content and not answer.content:
            return ""
        if kind not in content:
            return f"a body of {kind or 'no type'} is not described"
        if kind != JSON:
            return ""
        steps = ("paths", address, method.lower(), "responses", status, "content", JSON, "schema")
        return self._fault_of_body("".join(f"/{_escaped(step)}" for step in steps), answer)

    def _fault_of_body(self, place: str, answer: Any) -> str:
        if place not in self._validators:
            self._validators[place] = Draft202012Validator(
                {"$ref": f"{DOCUMENT}#{place}"}, registry=self._registry, validate_formats=True
            )
        faults = [
            f"{'.'.join(map(str, error.instance_path))}: {error.message}"
            for error in self._validators[place].iter_errors(json.loads(answer.content))
        ]
        return "\n".join(faults[:3])


def _escaped(step: str) -> str:
    """A step of a JSON pointer in an address."""
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~")


@cache
def description() -> Description:
    """The description, generated once in a process."""
    return Description()

"""A form with a page of its own; a refused form keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as ApiRefusal

from members.pages.form_data import data_of
from members.pages.forms import Choices, Initial, fields_of
from members.pages.signing_in.resume_post import resumed_post
from members.punctuation import reasons

Form = Callable[..., serializers.Serializer[Any]]
"""Makes the form; called with ``data`` to read what was sent."""

REFUSED = 422
"""The status of a form that is shown again."""

shows_and_takes_form = require_http_methods(["GET", "HEAD", "POST"])
"""Decorates a page that shows a form and takes what is typed into it."""


def read(form: Form, sent: QueryDict) -> tuple[dict[str, Any], dict[str, Any], Mapping[str, Any]]:
    """What was typed, what it means, and what is wrong with it by field.

    An emptied field clears its value; a choice that may be open becomes None.
    """
    typed = data_of(form(), sent, whole=True)
    filled = form(data=typed)
    filled.is_valid()
    return typed, dict(filled.validated_data), filled.errors


def faults_of(error: ValidationError | ApiRefusal) -> Mapping[str, Any]:
    """The faults that a service tells, by field."""
    if isinstance(error, ApiRefusal):
        detail = error.detail
        return detail if isinstance(detail, dict) else {NON_FIELD_ERRORS: detail}
    return (
        error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    )


def values_of(form: serializers.Serializer[Any]) -> Initial:
    """The values of the row that a form is about; nothing where it is about none."""
    if form.instance is None:
        return {}
    fields = form.fields.items()
    return {name: part.get_attribute(form.instance) for name, part in fields if not part.read_only}


def page(
    request: HttpRequest,
    form: Form,
    on_valid: Callable[[dict[str, Any]], HttpResponse],
    *,
    initial: Initial | None = None,
    template: str = "members/settings/form.html",
    choices: Choices = lambda path, declared: None,
    fixed: Mapping[str, Any] | None = None,
    **context: Any,
) -> HttpResponse:
    """The page of a form; ``on_valid`` takes its data and answers with where it leads.

    It is filled with ``initial``, or with the row that the form is about. ``fixed`` are fields
    that nobody chooses. What ``on_valid`` refuses by a ValidationError is told above the form, with
    everything typed still in it.
    """
    fixed = fixed or {}

    def whole(**options: Any) -> serializers.Serializer[Any]:
        if "data" in options:
            options["data"] = {**options["data"], **fixed}
        return form(**options)

    shown: Initial = values_of(form()) if initial is None else initial
    faults: Mapping[str, Any] = {}
    if request.method == "POST":
        shown, data, faults = read(whole, request.POST)
        if not faults:
            try:
                return on_valid(data)
            except (ValidationError, ApiRefusal) as error:
                faults = faults_of(error)
    elif (kept := resumed_post(request)) is not None:
        shown, _data, _faults = read(whole, kept)
    drawn = fields_of(form(), shown, faults, choices=choices)
    fields = [field for field in drawn if field.name not in fixed]
    names = {field.name for field in fields}
    context |= {
        "fields": fields,
        "faults": [faulty for field in fields for faulty in field.faulty()],
        "refusals": reasons({name: said for name, said in faults.items() if name not in names}),
    }
    return TemplateResponse(request, template, context, status=REFUSED if faults else 200)

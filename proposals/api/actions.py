"""From the declarations of the machines to the operations of the API.

``SubjectViewSet`` reads the steps of its model and gives each one that a person may take an
operation of its own: ``POST …/{id}/{step}/``, or ``POST …/{step}/`` where the step brings the
subject into being. Nothing here knows any particular step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action as operation
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from members.api.authentication import address_of, channel_of
from members.api.filters import BACKENDS
from members.api.schema import FORM, JSON, takes_files
from members.models import Committee
from members.punctuation import listed
from members.reader import Reader, reader_of
from members.visibility import visible, visible_row
from proposals.api.errors import ConflictSerializer, RefusalSerializer
from proposals.api.metadata import InputMetadata
from proposals.api.serializers.ledger import ReceiptSerializer, with_offers
from proposals.door import perform
from proposals.machine import who
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.permissions import offers

HEADERS = [
    OpenApiParameter(
        "If-Match",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description='The version that you saw, as the ETag gave it: `"3"`. Stale: 409.',
    ),
    OpenApiParameter(
        "Idempotency-Key",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="A value of your own, up to 100 characters; repeating it repeats nothing.",
    ),
]
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description='The version of the row, for `If-Match`: `"3"`.',
)

RECEIPT = ReceiptSerializer()
"""Serializes the response to a step; created once, because creating a serializer is slow."""


def own_steps(model: type[Subject]) -> list[Step]:
    """The steps of a machine that people take; the system's are left out."""
    return [step for step in model.all_steps().values() if step.who is not who.system]


class VisibleViewSet(viewsets.ReadOnlyModelViewSet[Any]):
    """A view set over the rows that the reader may see; any other row is a 404."""

    filter_backends = BACKENDS
    detail_serializer_class: ClassVar[type[serializers.Serializer[Any]] | None] = None
    related: ClassVar[tuple[str, ...]] = ()
    prefetched: ClassVar[tuple[str, ...]] = ()
    prefetched_in_lists: ClassVar[tuple[str, ...]] = ()
    ordering_fields: ClassVar[tuple[str, ...]] = ("id",)
    lookup_value_regex = r"\d+"

    def rows(self) -> QuerySet[Any]:
        """All rows, seen or not, with what their serializer reads of other tables."""
        rows = super().get_queryset()
        if self.action not in ("list", "retrieve"):
            return rows
        rows = rows.select_related(*self.related).prefetch_related(*self.prefetched_in_lists)
        return rows.prefetch_related(*self.prefetched) if self.action == "retrieve" else rows

    def get_queryset(self) -> QuerySet[Any]:
        """The visible ones of the rows."""
        rows = self.rows()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return visible(self.reader, rows)

    def get_object(self) -> Any:
        """The row with the key in the address, if it is visible; filters are for lists."""
        row = visible_row(self.reader, self.rows(), int(self.kwargs["pk"]))
        if row is None:
            raise NotFound
        return row

    @property
    def reader(self) -> Reader:
        """The reader of the request."""
        return reader_of(self.request)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        """The detail's serializer for a single row."""
        if self.action == "retrieve" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()


class SubjectViewSet(VisibleViewSet):
    """A machine's subjects, and the operations that its declaration gives it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.queryset is None:
            return
        shape: Any = cls.detail_serializer_class or cls.serializer_class
        cls.detail_serializer_class = with_offers(shape)
        for step in own_steps(cls.queryset.model):
            setattr(cls, f"take_{step.name}", _operation(cls, step))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One subject, with the steps that the reader may take and their input."""
        subject = self.get_object()
        body = self.get_serializer(subject).data
        return Response(body, headers={"ETag": f'"{subject.version}"'})

    def offers(self, subject: Subject) -> list[dict[str, Any]]:
        """The steps that are the reader's to take, each with what refuses it at present."""
        metadata = InputMetadata(self.reader.rules(subject.committee_id))
        return [
            {
                "name": offer.step.name,
                "label": str(offer.step.label),
                "tone": offer.step.tone,
                "url": reverse(f"{self.basename}-{offer.step.slug}", args=[subject.pk]),
                "refusal": offer.refusal,
                "input": metadata.describe(offer.step.input),
            }
            for offer in offers(self.reader, subject)
        ]

    def take(self, request: Request, step: Step, subject: Subject) -> Response:
        """Take a step for the caller and answer with its event."""
        event = perform(
            subject,
            step,
            self.reader.user,
            declared(_form(step.input), plain(request.data)),
            version=wanted_version(request),
            key=idempotency_key(request),
            channel=channel_of(request),
            address=address_of(request),
        )
        headers = {"ETag": f'"{event.sequence}"'}
        status = 201 if step.creates else 200
        return Response(RECEIPT.to_representation(event), status=status, headers=headers)

    def get_key(self) -> Subject:
        """The visible subject with its keys alone: the door reads the rest under lock."""
        rows: QuerySet[Any] = QuerySet(cast(Any, self).queryset.model)
        keys = {"id", "proposal_id", "assignment_id"}
        present = [field.attname for field in rows.model._meta.fields if field.attname in keys]
        number = int(self.kwargs["pk"])
        row = visible_row(self.reader, rows.only(*present), number)
        if row is None:
            raise NotFound
        return cast(Subject, row)

    def begin(self, request: Request) -> Subject:
        """An unsaved subject of the committee that the caller names or belongs to."""
        return self.get_queryset().model(committee=self._committee(request))

    def _committee(self, request: Request) -> Committee:
        held = self.reader.reach.committees
        number = request.data.get("committee") if isinstance(request.data, Mapping) else None
        if number is None and len(held) != 1:
            raise ValidationError({"committee": _("您在几个委员会任职，请填写委员会编号")})
        wanted = str(number) if number is not None else str(next(iter(held)))
        committee = Committee.objects.filter(pk=wanted if wanted.isdecimal() else 0).first()
        if committee is None or (number is not None and committee.pk not in held):
            raise NotFound
        return committee


def _operation(cls: type[SubjectViewSet], step: Step) -> Any:
    """The operation of one step, documented from its declaration."""

    def take(self: SubjectViewSet, request: Request, pk: str | None = None) -> Response:
        subject = self.begin(request) if step.creates else self.get_key()
        return self.take(request, step, subject)

    take.__name__ = f"take_{step.name}"
    take.__doc__ = step.about
    routed = operation(
        detail=not step.creates,
        methods=["post"],
        url_path=step.slug,
        url_name=step.slug,
        filter_backends=[],
        pagination_class=None,
    )(take)
    return _documented(cls, step)(routed)


def _documented(cls: type[SubjectViewSet], step: Step) -> Any:
    roles = listed(str(role.label) for role in step.who.roles())
    return extend_schema(
        summary=str(step.label),
        description=f"{step.about}\n\n{roles}",
        parameters=[*HEADERS, ETAG],
        request=bodies(_with_committee(step) if step.creates else step.input),
        responses={
            201 if step.creates else 200: ReceiptSerializer,
            409: ConflictSerializer,
            422: RefusalSerializer,
        },
    )


def _with_committee(step: Step) -> type[serializers.Serializer[Any]]:
    """The input of a step that begins something, with the committee to begin it in."""
    field = serializers.IntegerField(required=False, help_text="委员会编号；只在一处任职的可不填")
    name = f"{step.input.__name__.removesuffix('Input')}InCommitteeInput"
    return type(name, (step.input,), {"committee": field})


def bodies(form: type[serializers.Serializer[Any]]) -> Any:
    """What a step takes as its body: a form if a file must come along, else JSON.

    If a file may come along, it is JSON without the file, or a form with it.
    """
    files = {name: field for name, field in form().fields.items() if takes_files(field)}
    if not files or any(field.required for field in files.values()):
        return form
    stem = form.__name__.removesuffix("Input")
    without = type(f"{stem}WithoutFileInput", (form,), dict.fromkeys(files))
    return {JSON: without, FORM: form}


def documented(noun: str) -> Any:
    """Names for the list and detail operations of a view set."""

    def describe(cls: type[VisibleViewSet]) -> type[VisibleViewSet]:
        headers = [ETAG] if issubclass(cls, SubjectViewSet) else []
        described: type[VisibleViewSet] = extend_schema_view(
            list=extend_schema(summary=f"{noun}列表"),
            retrieve=extend_schema(summary=f"{noun}详情", parameters=headers),
        )(cls)
        return described

    return describe


# -- What a request says beside its body ------------------------------------------------------


def plain(data: Any) -> dict[str, Any]:
    """The body as a mapping of the step's input: forms lose their wrapping, lists stay."""
    if not isinstance(data, Mapping):
        raise ValidationError(_("请求正文须为一个对象"))
    if hasattr(data, "getlist"):
        pairs = {name: data.getlist(name) for name in data}
        values = {name: found if len(found) > 1 else found[0] for name, found in pairs.items()}
    else:
        values = dict(data)
    values.pop("committee", None)
    try:
        json.dumps(values, ensure_ascii=False, default=str).encode()
    except (RecursionError, UnicodeEncodeError) as error:
        raise ValidationError(_("请求正文含有不成字符的编码，或嵌套过深")) from error
    return values


def declared(form: Any, data: Any) -> Any:
    """What the input declares of ``data``, down to its rows; the ledger keeps nothing else."""
    if isinstance(form, serializers.ListSerializer) and isinstance(data, list):
        return [declared(form.child, row) for row in data]
    if isinstance(form, serializers.Serializer) and isinstance(data, Mapping):
        parts = form.fields.items()
        return {name: declared(part, data[name]) for name, part in parts if name in data}
    return data


@cache
def _form(step_input: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """An input to read the declared fields of; it is never given data."""
    return step_input()


def wanted_version(request: Request) -> int | None:
    """The version of ``If-Match``; None when the caller does not mind."""
    value = request.headers.get("If-Match", "").strip()
    if value in ("", "*"):
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', value)
    if found is None:
        raise ValidationError({"If-Match": _('须为 ETag 给出的版本号，如 "3"')})
    return int(found[1])


def idempotency_key(request: Request) -> str | None:
    """The caller's key, if any."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 100 or not key.isprintable():
        raise ValidationError({"Idempotency-Key": _("不超过 100 个可见字符")})
    return key or None

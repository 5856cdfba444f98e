"""Takes steps from pages: the form made from the declaration, and its refusals."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from members.enums import Channel
from members.models import Committee, FormDraft
from members.pages.drafts import draft_of, forget
from members.pages.drafts import fields_of as fields_of_draft
from members.pages.form_data import data_of
from members.pages.forms import ADD, PREVIEW, Choice, Field, choices_of, fields_of, kind_of
from members.pages.list_position import ListPosition, carried, list_position_of
from members.pages.plain_form import REFUSED, shows_and_takes_form
from members.pages.signing_in.resume_post import resumed_post
from members.punctuation import stated
from members.reader import Reader, reader_of
from proposals.api.actions import address_of, declared, own_steps
from proposals.door import perform
from proposals.errors import Conflict, Stale
from proposals.inputs.fields import RulebookCode
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.models import Event, Presence
from proposals.pages.step_pages import StepPage, step_page
from proposals.pages.subjects import SubjectPage, page_of, pages_of, row_or_404
from proposals.permissions import require
from proposals.refusals import changes_since

SHEET = "components/_sheet.html"
"""The template that a form extends when only the form is requested."""


@kind_of.register
def _kind_of_code(declared: RulebookCode) -> str:
    return "select"


@choices_of.register
def _codes(declared: RulebookCode) -> list[Choice]:
    rules = declared.context.get("rules")
    entries = declared.table(rules) if rules is not None else ()
    return [Choice(entry.code, entry.name) for entry in entries]


@dataclass
class StepForm:
    """The form of one step on one subject, for one reader.

    ``data`` is what was tried, ``errors`` why it was refused by field, ``refusals`` why as a
    whole; ``key`` makes sending the form twice take the step once. ``speaks_of`` is the other
    proposal that a refusal tells of; ``drawn_elsewhere`` are fields that the page draws itself,
    whose choices nobody looks for.
    """

    subject: Subject
    step: Step
    reader: Reader
    data: Mapping[str, Any] | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    more: str = ""
    restored: FormDraft | None = None
    speaks_of: Mapping[str, Any] | None = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    drawn_elsewhere: frozenset[str] = frozenset()

    @property
    def page(self) -> SubjectPage:
        """The page of the subject."""
        return page_of(self.subject)

    @property
    def step_page(self) -> StepPage:
        """The declaration of how the form looks."""
        return step_page(self.step)

    @property
    def url(self) -> str:
        """The address of the form, which is also its target."""
        return self.page.step_url(self.subject, self.step)

    @property
    def shown(self) -> Subject:
        """What the page of the subject shows: what hangs on a proposal is shown with it."""
        return self.subject.root if self.subject.root_id is not None else self.subject

    @property
    def subject_url(self) -> str:
        """The page that the form was opened from."""
        return page_of(self.shown).url(self.shown)

    @property
    def subject_name(self) -> str:
        """What the form is about."""
        return str(self.shown)

    @property
    def button(self) -> str:
        """How the button looks."""
        return {"danger": "danger", "warning": "warning"}.get(self.step.tone, "primary")

    @cached_property
    def now(self) -> dict[str, Any]:
        """What the fields hold at present, where the step changes what is there."""
        return self.step_page.initial_of(self.subject, self.reader)

    @cached_property
    def fields(self) -> list[Field]:
        """The fields, with what was typed or what is there."""
        rules = self.reader.rules(self.subject.committee_id)
        context = {"subject": self.subject, "rules": rules}
        return fields_of(
            self.step.input(context=context),
            self.now if self.data is None else self.data,
            self.errors,
            choices=self._choices,
            more=self.more,
        )

    def _choices(self, path: str, declared: Any) -> list[Choice] | None:
        if path in self.drawn_elsewhere:
            return []
        return self.step_page.choices_for(self.subject, self.reader)(path, declared)

    @property
    def faults(self) -> list[Field]:
        """The fields where something is wrong, rows looked through."""
        return [faulty for field in self.fields for faulty in field.faulty()]

    @property
    def sends_files(self) -> bool:
        """Whether a file is among the fields."""
        return any(field.kind == "file" for field in self.fields)

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Texts that somebody changed meanwhile: label, what is there now, what was typed."""
        if not self.changes or self.data is None:
            return []
        typed = self.data
        return [
            (field.label, _text(self.now[field.name]), _text(typed[field.name]))
            for field in self.fields
            if field.name in self.now
            and field.name in typed
            and _text(self.now[field.name]) != _text(typed[field.name])
        ]

    def restore(self) -> None:
        """Show what was typed into this form before and not sent, if anything was."""
        self.restored = draft_of(self.reader, self.url)
        if self.restored is not None:
            self.data = data_of(self.step.input(), fields_of_draft(self.restored))

    def tell(self, detail: Mapping[str, Any]) -> None:
        """Put each reason beside its field; those of no field go above the form."""
        known = self.step.input().fields
        self.errors = {name: told for name, told in detail.items() if name in known}
        for name, told in detail.items():
            place, _dot, rest = name.partition(".")
            if name in known:
                continue
            texts = told if isinstance(told, list) else [told]
            if place in known:
                texts = [stated(f"{known[place].label} {rest}", text) for text in texts]
            self.refusals += texts


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(_text(one) for one in value)
    return "" if value is None else str(getattr(value, "pk", value))


# -- The page of a form ----------------------------------------------------------------------


def step_of(page: SubjectPage, slug: str, *, creates: bool) -> Step:
    """The step of that name in the address which people take; any other is a 404."""
    for step in own_steps(page.model):
        if step.slug == slug and step.creates == creates:
            return step
    raise Http404


def subject_of(page: SubjectPage, reader: Reader, key: int) -> Subject:
    """The subject with that key, if the reader sees it; else a 404."""
    rows = page.model._default_manager.select_related(*page.related)
    rows = rows.prefetch_related(*page.prefetched)
    return row_or_404(reader, rows, key)


@shows_and_takes_form
def take(request: HttpRequest, page: SubjectPage, step: str, pk: int) -> HttpResponse:
    """The form of a step, and taking it."""
    subject = subject_of(page, reader_of(request), pk)
    return _answered(request, subject, step_of(page, step, creates=False))


@shows_and_takes_form
def begin(request: HttpRequest, page: SubjectPage, step: str) -> HttpResponse:
    """The form of a step that brings a subject into being, and taking it."""
    named = step_of(page, step, creates=True)  # first: most kinds are begun by another's step
    return _answered(request, page.model(committee=committee_of(request)), named)


def _answered(request: HttpRequest, subject: Subject, step: Step) -> HttpResponse:
    return (step_page(step).view or taken)(request, subject, step)


def committee_of(request: HttpRequest) -> Committee:
    """Where the reader works: the committee named in the address, or that of their posts."""
    wanted = request.GET.get("committee", "")
    for post in reader_of(request).posts:
        if post.committee is not None and wanted in ("", str(post.committee_id)):
            return post.committee
    raise Http404


def taken(request: HttpRequest, subject: Subject, step: Step) -> HttpResponse:
    """Answer a request for a step's form: show it, show why not, or take it and go on."""
    reader = reader_of(request)
    require(reader, step, subject)
    form = StepForm(subject, step, reader)
    if form.step_page.from_address is not None:
        form.now |= form.step_page.from_address(request)
    if request.method == "POST":
        event = try_step(request, form)
        if event is not None:
            if form.step_page.then is not None:
                form.step_page.then(request, event)
            return _gone_on(request, form, event)
    elif (sent := resumed_post(request)) is not None:  # typed while signed out
        form.data = data_of(step.input(), sent)
    else:
        form.restore()
    list_position = list_position_of(
        request, reader, subject.root_id or subject.pk or 0, pages_of(subject)
    )
    context = {
        "form": form,
        "list_position": list_position,
        "carried": carried(request),
        "next": request.POST.get("next", request.GET.get("next", "")),
        **form.step_page.context(request, form),
    }
    template = form.step_page.template
    status = 200 if not (form.errors or form.refusals) else REFUSED
    if request.htmx:  # type: ignore[attr-defined]  # of the middleware
        # A refusal is swapped in as well: htmx takes what is not an error.
        return TemplateResponse(request, template, context | {"layout": SHEET})
    return TemplateResponse(request, template, context, status=status)


def try_step(request: HttpRequest, form: StepForm, sent: QueryDict | None = None) -> Event | None:
    """Take the step with what the browser sent; None when the form tells why not.

    ``sent`` is that, where the form was drawn so that it must be put right first.
    """
    sent = request.POST if sent is None else sent
    form.key = sent.get("key", "")[:100] or form.key
    form.data = data_of(form.step.input(), sent, request.FILES)
    if ADD in sent or PREVIEW in sent:
        form.more = sent.get(ADD, "")
        return None
    return attempt(request, form, form.data, sent.get("version", ""))


def attempt(request: HttpRequest, form: StepForm, data: Any, version: str = "") -> Event | None:
    """Take the step with this input; None when the form tells why not."""
    try:
        event = perform(
            form.subject,
            form.step,
            form.reader.user,
            declared(form.step.input(), data),
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
            key=form.key,
            channel=Channel.WEB,
            address=address_of(cast(Request, request)),
        )
        if not hasattr(event, "subject"):  # sent twice: the first call's event, as it was written
            event.subject = type(form.subject)._default_manager.get(pk=event.subject_id)
        return event
    except Stale as error:
        form.refusals = [str(error.detail)]
        form.changes = changes_since(form.subject, int(version))
        form.subject.refresh_from_db()
    except (Conflict, ValidationError) as error:
        extra = getattr(error, "extra", {})
        place = extra.get("item", "")  # of a step on several: the one at which it failed
        form.speaks_of = extra.get("proposal")
        form.tell(error.detail if isinstance(error.detail, dict) else {place: error.detail})
    form.key = str(uuid.uuid4())
    return None


def _gone_on(request: HttpRequest, form: StepForm, event: Event) -> HttpResponse:
    """Show the success message, and go where the reader wants to be after saving."""
    forget(form.reader.user, form.url)
    here = Presence.objects.filter(user=form.reader.user, writing_since__isnull=False)
    here.filter(subject_kind=form.shown.kind, subject_id=form.shown.pk).update(writing_since=None)
    messages.success(request, success_message(event, form))
    target = _target(request, form, event)
    if request.htmx:  # type: ignore[attr-defined]  # of the middleware
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def success_message(event: Event, form: StepForm) -> str:
    """What is said once the step is taken."""
    own = form.step_page.success
    if own is not None:
        return own(event, form.reader)
    return _("已办理：%(step)s") % {"step": form.step.label}


def _target(request: HttpRequest, form: StepForm, event: Event) -> str:
    own = form.step_page.target
    if own is not None and (address := own(request, event)):
        return address
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    after = request.POST.get("after", "")
    reader = form.reader
    if after in ("stay", "next", "list") and reader.user.preferences.get("after") != after:
        reader.user.preferences["after"] = after
        reader.user.save(update_fields=["preferences"])
    key = form.subject.root_id or form.subject.pk or 0
    list_position = list_position_of(request, reader, key, pages_of(form.subject))
    if list_position is not None and after == "next":
        return list_position.next or list_position.list_url
    if list_position is not None and after == "list":
        return list_position.list_url
    return _page_after(event, list_position)


def _page_after(event: Event, list_position: ListPosition | None) -> str:
    """The page of the subject; what belongs to a proposal is shown with it."""
    subject = event.subject
    shown = subject.root if subject.root_id is not None else subject
    address, tab = page_of(shown).url(shown), page_of(subject).tab
    if list_position is not None:
        return f"{address}?{list_position.query}"
    return f"{address}?tab={tab}" if tab and shown is not subject else address

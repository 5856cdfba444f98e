"""Invites many people at once: those without accounts, and the passwords to hand over."""

from datetime import date

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from members.enums import COMMITTEE_WIDE_ROLES, Role
from members.models import Committee, Member, Post, Unit
from members.pages.plain_form import REFUSED, shows_and_takes_form
from members.pages.settings.administered import chosen_committee, committees
from members.reader import reader_of
from members.services.invitation import AT_ONCE, invite, vacant


def without_account(committee: Committee) -> list[Member]:
    """The members whom nobody has given an account, as many as are invited at once."""
    rows = committee.members.filter(user=None).select_related("sector", "committee")
    return list(rows.order_by("number")[:AT_ONCE])


def without_liaison(committee: Committee, day: date) -> list[Unit]:
    """The active units that have no liaison on ``day``."""
    held = Post.objects.held_on(day).filter(committee=committee, role=Role.UNIT_LIAISON)
    rows = committee.units.filter(is_active=True).exclude(pk__in=held.order_by().values("unit"))
    return list(rows[:AT_ONCE])


def context_of(committee: Committee, day: date) -> dict[str, object]:
    """What the form of invitations chooses from."""
    empty = set(vacant(committee, day))
    return {
        "committee": committee,
        "members": without_account(committee),
        "units": without_liaison(committee, day),
        "offices": [
            {"role": role.value, "label": role.label, "vacant": role in empty}
            for role in COMMITTEE_WIDE_ROLES
        ],
        "most": AT_ONCE,
    }


@shows_and_takes_form
def invitations(request: HttpRequest) -> HttpResponse:
    """The page of the settings that invites."""
    committee = chosen_committee(request)
    if committee is None:
        which = {"committees": committees(reader_of(request)), "heading": _("邀请")}
        return TemplateResponse(request, "members/settings/which_committee.html", which)
    return inviting(request, committee)


def inviting(
    request: HttpRequest,
    committee: Committee,
    *,
    template: str = "members/settings/invitations.html",
    **around: object,
) -> HttpResponse:
    """Choose whom to invite; then the page with their passwords, which is shown once."""
    refusals: list[str] = []
    if request.method == "POST":
        try:
            made = _invited(request, committee)
        except ValidationError as error:
            refusals = error.messages
        else:
            if made:
                return handed_over(request, made, committee=committee, **around)
            refusals = [_("请至少选择一名委员、一个单位，或填写一个职务的姓名")]
    context = {**context_of(committee, reader_of(request).day), "refusals": refusals, **around}
    return TemplateResponse(request, template, context, status=REFUSED if refusals else 200)


def handed_over(
    request: HttpRequest, made: list[dict[str, object]], **around: object
) -> HttpResponse:
    """The one page that shows one-time passwords."""
    context = {"handed": made, **around}
    response = TemplateResponse(request, "members/settings/passwords.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _invited(request: HttpRequest, committee: Committee) -> list[dict[str, object]]:
    reader = reader_of(request)
    chosen = request.POST.getlist("members")
    members = [row for row in without_account(committee) if str(row.pk) in chosen]
    asked = request.POST.getlist("units")
    units = [row for row in without_liaison(committee, reader.day) if str(row.pk) in asked]
    named = [
        (role.value, request.POST.get(f"office-{role.value}", "")) for role in COMMITTEE_WIDE_ROLES
    ]
    offices = [(role, name.strip()) for role, name in named if name.strip()]
    made = invite(
        committee=committee,
        members=members,
        units=units,
        offices=offices,
        by=reader,
    )
    return [{"account": one.account, "password": one.password, "what": one.what} for one in made]

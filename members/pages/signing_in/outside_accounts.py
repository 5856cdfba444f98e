"""Accounts at other servers by which somebody signs in here: joining and leaving them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from members import services
from members.pages.signing_in.servers import name_of
from members.reader import reader_of


@dataclass(frozen=True)
class OutsideAccount:
    """A server by which one can sign in, and the account there that is joined, if one is."""

    server: str
    account: SocialAccount | None = None
    display: str = ""
    join_link: str = ""


def outside_accounts(request: HttpRequest) -> list[OutsideAccount]:
    """The servers that the settings name, and those at which an account was joined before."""
    reader = reader_of(request)
    rows = list(SocialAccount.objects.filter(user=reader.user).order_by("pk"))
    found = []
    for provider in get_adapter().list_providers(request):
        joined = [row for row in rows if row.provider == provider.sub_id]
        rows = [row for row in rows if row not in joined]
        found += [OutsideAccount(provider.name, row, _display(row, provider)) for row in joined]
        if not joined:
            link = _join_link(request, provider)
            found.append(OutsideAccount(provider.name, join_link=link))
    return found + [OutsideAccount(name_of(row.provider), row) for row in rows]


def is_own_link(request: HttpRequest) -> bool:
    """Whether the link comes from the page of whoever is signed in, not from another site."""
    token = request.GET.get("token", "")
    return request.user.is_authenticated and constant_time_compare(token, _token(request))


@reauthentication_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then forget an account at another server."""
    reader = reader_of(request)
    row = get_object_or_404(SocialAccount, pk=pk, user=reader.user)
    if request.method == "POST":
        services.leave_outside_account(outside=row, at=reader.at)
        messages.success(request, _("外部账号已解除关联"))
        return redirect("account")
    known = [place for place in outside_accounts(request) if place.account == row]
    return TemplateResponse(request, "members/leave_outside_account.html", {"place": known[0]})


def _join_link(request: HttpRequest, provider: Any) -> str:
    """Leads to the server and back; only from this session, so that no other site can use it."""
    place: str = provider.get_login_url(
        request, process=AuthProcess.CONNECT, next=reverse("account"), token=_token(request)
    )
    return place


def _token(request: HttpRequest) -> str:
    return salted_hmac(__name__, request.session.session_key or "").hexdigest()


def _display(row: SocialAccount, provider: Any) -> str:
    """What the person is called there, where that says more than what the server is called."""
    account = provider.wrap_account(row)
    display = str(account)
    return "" if display == account.get_brand()["name"] else display

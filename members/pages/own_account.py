"""The account page: signing in, channels for notices, the calendar, and stand-ins."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from knox.models import AuthToken
from rest_framework import serializers

from members import services
from members.authentication import came_by_password, owed_first
from members.enums import Means, Pace, TokenStanding
from members.models import CalendarFeed, NoticeChannel, ServiceToken, StandIn, User
from members.models.delivery import address_on
from members.pages import plain_form
from members.pages.forms import Choice
from members.pages.plain_form import shows_and_takes_form
from members.pages.settings.service_tokens import tokens_of
from members.pages.signing_in.outside_accounts import outside_accounts
from members.reader import Reader, reader_of
from members.services.channel import is_offered, masked
from members.services.stand_in import MOST_CANDIDATES, candidates
from members.visibility import visible

MOST_TOKENS = 200
"""How many of one's tokens are listed."""

PAST = 5
"""How many of one's arrangements are shown, the last ones."""


class EmailForm(serializers.Serializer):
    """Settings for e-mail."""

    address = serializers.EmailField(
        required=False,
        allow_blank=True,
        max_length=200,
        label=gettext_lazy("电子邮箱"),
        help_text=gettext_lazy("留空时用账号中登记的邮箱"),
    )
    for_action = serializers.ChoiceField(
        choices=Pace.choices, label=gettext_lazy("需要我办理的事项")
    )
    for_others = serializers.ChoiceField(choices=Pace.choices, label=gettext_lazy("其他通知"))


class SmsForm(EmailForm):
    """Settings for text messages, which go to the phone of the account."""

    address = None


class RobotForm(EmailForm):
    """Settings for a robot."""

    address = serializers.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("机器人地址"),
        help_text=gettext_lazy("如 wecombot://…、dingtalk://…、feishu://…；留空时不改变已有的地址"),
    )


FORMS = {Means.EMAIL: EmailForm, Means.SMS: SmsForm, Means.APPRISE: RobotForm}
"""The form of each means."""


class StandInForm(serializers.Serializer):
    """Who gets one's notices during an absence."""

    stand_in = serializers.IntegerField(label=gettext_lazy("代收人"))
    since = serializers.DateField(label=gettext_lazy("自"))
    until = serializers.DateField(label=gettext_lazy("至（不含当日）"))
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=200, label=gettext_lazy("事由")
    )


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The account page, with posts, ways to sign in, channels and stand-ins."""
    reader = reader_of(request)
    own = Authenticator.objects.filter(user=reader.user).order_by("created_at")
    keys: dict[str, list[Any]] = {kind: [] for kind in Authenticator.Type.values}
    for row in own:
        keys[row.type].append(row)
    channels = visible(reader, NoticeChannel.objects.select_related("user"))
    stand_ins = visible(reader, StandIn.objects.filter(user=reader.user).select_related("stand_in"))
    context = {
        "calendar_feed": visible(reader, CalendarFeed.objects.all()).first(),
        "channels": _channels(reader.user, list(channels)),
        "codes_left": sum(len(row.wrap().get_unused_codes()) for row in keys["recovery_codes"]),
        "has_app": bool(keys["totp"]),
        "outside_accounts": outside_accounts(request),
        "owed": owed_first(reader, by_password=came_by_password(request)),
        "passkeys": keys["webauthn"],
        "service_tokens": _service_tokens(reader),
        "stand_ins": stand_ins.order_by("-since")[:PAST],
        "today": reader.day,
        "tokens": AuthToken.objects.filter(user=reader.user).count(),
    }
    return TemplateResponse(request, "members/account.html", context)


def _service_tokens(reader: Reader) -> list[ServiceToken]:
    """The person's own tokens that can be used, the newest first."""
    own = tokens_of(reader).filter(made_by=reader.user, standing=TokenStanding.VALID)
    return list(own.select_related("account")[:MOST_TOKENS])


def _channels(user: User, known: list[NoticeChannel]) -> list[dict[str, Any]]:
    """Each kind of channel with the person's settings (None: unsaid), and whether it reaches."""
    by_means = {row.means: row for row in known}
    shown = []
    for means in Means:
        row = by_means.get(means)
        if means == Means.SMS and row is None and not is_offered(means):
            continue
        address = masked(row) if row else address_on(user, means)
        shown.append({"address": address, "means": means, "row": row})
    return shown


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions, and the tokens; this session goes on."""
    reader = reader_of(request)
    services.sign_out_everywhere(account=reader.user, at=reader.at)
    update_session_auth_hash(request, reader.user)
    messages.success(request, _("其他电脑和手机上的登录以及接口令牌已全部失效"))
    return redirect("account")


@shows_and_takes_form
def channel(request: HttpRequest, means: str) -> HttpResponse:
    """Save the settings of a channel."""
    if means not in Means.values or (means == Means.SMS and not is_offered(means)):
        raise Http404
    reader = reader_of(request)
    own = visible(reader, NoticeChannel.objects.all()).filter(means=means).first()
    wishes = own or NoticeChannel.unsaid(reader.user, means)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        services.set_channel(user=reader.user, means=means, at=reader.at, **data)
        messages.success(request, _("通知方式已保存"))
        return redirect("account")

    return plain_form.page(
        request,
        FORMS[Means(means)],
        on_valid,
        template="members/own_form.html",
        initial={
            "address": wishes.address if means == Means.EMAIL else "",
            "for_action": wishes.for_action,
            "for_others": wishes.for_others,
        },
        heading=str(Means(means).label),
        note=_("按规定必须送达的通知始终立即发送。"),
    )


@require_POST
def remove_channel(request: HttpRequest, means: str) -> HttpResponse:
    """Forget the settings of a channel."""
    own = visible(reader_of(request), NoticeChannel.objects.all())
    services.remove_channel(channel=get_object_or_404(own, means=means))
    messages.success(request, _("通知方式已移除"))
    return redirect("account")


@shows_and_takes_form
def new_stand_in(request: HttpRequest) -> HttpResponse:
    """Arrange who gets one's notices during an absence."""
    reader = reader_of(request)
    user = reader.user
    people = [
        Choice(str(person.pk), str(person))
        for person in candidates(user, reader.day)[:MOST_CANDIDATES]
    ]

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        wanted = User.objects.filter(pk=data.pop("stand_in")).first()
        services.appoint_stand_in(user=user, stand_in=wanted, by=reader, **data)
        messages.success(request, _("代收已安排"))
        return redirect("account")

    return plain_form.page(
        request,
        StandInForm,
        on_valid,
        template="members/own_form.html",
        initial={"since": reader.day},
        choices=lambda path, declared: people if path == "stand_in" else None,
        heading=_("安排代收"),
        note=_("代收人须与您在同一委员会、单位或组织任职；只收到通知，不能代您办理。"),
    )


@require_POST
def end_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the reader's arrangements today."""
    reader = reader_of(request)
    row = get_object_or_404(visible(reader, StandIn.objects.filter(user=reader.user)), pk=pk)
    services.end_stand_in(stand_in=row, by=reader)
    messages.success(request, _("代收已结束"))
    return redirect("account")

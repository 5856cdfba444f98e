"""Accounts: who signs in, with which posts, and what an administrator does for them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rest_framework import serializers

from members import services
from members.authentication import has_second_factor
from members.enums import UNIT_ROLES, Role
from members.models import Body, Committee, Member, Post, Unit, User
from members.pages import plain_form
from members.pages.forms import Choice, Choices
from members.pages.plain_form import shows_and_takes_form
from members.pages.settings.administered import chosen_committee, committees
from members.pages.settings.inviting import handed_over
from members.permissions import (
    refusal_to_grant,
    refusal_to_manage_account,
    refusal_to_see_accounts,
    require,
)
from members.reader import Reader, reader_of
from members.services.account import one_time_password
from members.visibility import visible


class AccountForm(serializers.ModelSerializer):
    """An account as its administrators keep it."""

    class Meta:
        model = User
        fields = ["username", "name", "phone", "email", "home"]
        extra_kwargs = {
            "name": {"required": True, "allow_blank": False},
            "email": {"label": gettext_lazy("电子邮箱")},
            "home": {"label": gettext_lazy("所属委员会")},
        }


class PostForm(serializers.Serializer):
    """A post; the picker of its scope follows from the role."""

    scope = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.none())
    since = serializers.DateField(
        required=False,
        label=gettext_lazy("任职日期"),
        help_text=gettext_lazy("留空为立即任职"),
    )
    until = serializers.DateField(
        required=False,
        label=gettext_lazy("卸任日期"),
        help_text=gettext_lazy("不含当日；留空为不定期"),
    )
    reason = serializers.CharField(label=gettext_lazy("事由"), max_length=200)


class EndForm(serializers.Serializer):
    """From when on a post is no longer held."""

    until = serializers.DateField(
        label=gettext_lazy("自哪天起不再任职"), help_text=gettext_lazy("当天起不再有此职务的权限")
    )
    reason = serializers.CharField(label=gettext_lazy("事由"), max_length=200)


def account_of(request: HttpRequest, pk: int) -> User:
    """The account, if the reader keeps accounts and may see it; else a 404."""
    reader = reader_of(request)
    require(refusal_to_see_accounts(reader))
    return get_object_or_404(visible(reader, User.objects.select_related("home")), pk=pk)


def _homes(request: HttpRequest) -> Choices:
    own = [Choice(str(row.pk), str(row)) for row in committees(reader_of(request))]
    return lambda path, declared: own if path == "home" else None


@shows_and_takes_form
def new(request: HttpRequest) -> HttpResponse:
    """A new account, with a password that is shown once."""
    reader = reader_of(request)
    require(refusal_to_see_accounts(reader))
    committee = chosen_committee(request)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        password = one_time_password()
        made = services.create_account(**data, password=password, by=reader)
        return handed_over(request, [{"account": made, "password": password}], account=made)

    return plain_form.page(
        request,
        AccountForm,
        on_valid,
        template="members/settings/account_form.html",
        initial={"home": committee},
        choices=_homes(request),
        heading=_("新建账号"),
        note=_("初始密码由系统生成，只显示一次；本人首次登录时必须修改。建立后再给予职务。"),
    )


@shows_and_takes_form
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """An account: its form, its posts, and how its holder signs in."""
    found, reader = account_of(request, pk), reader_of(request)
    refusal = refusal_to_manage_account(reader, found)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        services.change_account(account=found, **data, by=reader)
        messages.success(request, _("已保存：%(what)s") % {"what": found})
        return redirect("user", pk)

    if request.method == "POST":
        require(refusal)
    posts = visible(reader, found.posts.all())
    posts = posts.select_related("committee", "unit", "body", "member")
    posts = posts.order_by(F("until").desc(nulls_first=True), "role")
    return plain_form.page(
        request,
        partial(AccountForm, found),
        on_valid,
        template="members/settings/account.html",
        choices=_homes(request),
        account=found,
        refusal=refusal,
        has_second_factor=has_second_factor(found),
        posts=[
            {
                "post": post,
                "held": post.is_held_on(reader.day),
                "ended": post.has_ended_on(reader.day),
            }
            for post in posts[:100]
        ],
        roles=grantable(reader),
        committees=committees(reader),
        memberships=Member.objects.filter(user=found, committee__in=committees(reader)),
        mails=settings.SENDS_EMAIL and bool(found.email),
    )


def grantable(reader: Reader) -> list[tuple[str, str]]:
    """The roles that the reader may give; a member's comes with the member."""
    roles = [role for role in Role if role != Role.MEMBER]
    if not reader.reach.platform:
        roles.remove(Role.PLATFORM_ADMINISTRATOR)
    return [(role.value, str(role.label)) for role in roles]


# -- The way in ----------------------------------------------------------------------------


@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a one-time password, shown once; all sessions of the account end."""
    found = account_of(request, pk)
    password = services.reset_password(account=found, by=reader_of(request))
    return handed_over(request, [{"account": found, "password": password}], account=found)


@require_POST
def mail_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the person a link by which they set a password themselves."""
    found = account_of(request, pk)
    require(refusal_to_manage_account(reader_of(request), found))
    form = ResetPasswordForm({"email": found.email})
    if settings.SENDS_EMAIL and found.email and form.is_valid():
        form.save(request)
        told = _("已向 %(address)s 发送设置密码的邮件") % {"address": found.email}
        messages.success(request, told)
    else:
        messages.error(request, _("没有可用的电子邮箱"))
    return redirect("user", pk)


@require_POST
def forget_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody who has lost phone and keys in by password alone again."""
    found = account_of(request, pk)
    services.forget_second_factor(account=found, by=reader_of(request))
    messages.success(request, _("已取消双因素验证，本人可以只用密码登录"))
    return redirect("user", pk)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Disable an account, or enable it again."""
    found, reader = account_of(request, pk), reader_of(request)
    if found == reader.user:
        raise PermissionDenied(_("不能停用自己的账号"))
    wanted = not found.is_active
    services.change_account(account=found, is_active=wanted, by=reader)
    messages.success(request, _("账号已启用") if wanted else _("账号已停用，其登录已全部失效"))
    return redirect("user", pk)


# -- Posts ---------------------------------------------------------------------------------


@shows_and_takes_form
def give_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an account a post; the address names role and committee, the form the scope."""
    found, reader = account_of(request, pk), reader_of(request)
    role = request.GET.get("role", "")
    if role not in dict(grantable(reader)):
        messages.error(request, _("请先选择职务"))
        return redirect("user", pk)
    platform = role == Role.PLATFORM_ADMINISTRATOR
    committee = None if platform else chosen_committee(request)
    if committee is None and not platform:
        messages.error(request, _("请选择委员会"))
        return redirect("user", pk)
    require(refusal_to_grant(reader, role, committee, found))
    name, rows = _scope(role, committee)

    def form(**options: Any) -> PostForm:
        made = PostForm(**options)
        if rows is None:
            made.fields.pop("scope")
        else:
            scope: Any = made.fields["scope"]
            scope.queryset, scope.label = rows, str(rows.model._meta.verbose_name)
        return made

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        chosen = {} if rows is None else {name: data.pop("scope")}
        services.give_post(user=found, role=role, committee=committee, **chosen, **data, by=reader)
        messages.success(request, _("已给予职务：%(role)s") % {"role": Role(role).label})
        return redirect("user", pk)

    return plain_form.page(
        request,
        form,
        on_valid,
        template="members/settings/account_form.html",
        heading=_("给予职务：%(role)s") % {"role": Role(role).label},
        account=found,
        committee=committee,
    )


def _scope(role: str, committee: Committee | None) -> tuple[str, Any]:
    """What a post of the role names besides the committee, and the rows to choose from."""
    if role in UNIT_ROLES:
        return "unit", Unit.objects.filter(committee=committee, is_active=True)
    if role == Role.COLLECTIVE_CONTACT:
        return "body", Body.objects.filter(committee=committee, is_active=True)
    return "", None


@shows_and_takes_form
def end_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a post end from a day on."""
    reader = reader_of(request)
    require(refusal_to_see_accounts(reader))
    posts = Post.objects.select_related("user", "committee", "unit", "body")
    post = get_object_or_404(visible(reader, posts), pk=pk)
    back = reverse("user", args=[post.user_id])

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        services.end_post(post=post, **data, by=reader)
        messages.success(request, _("已安排卸任：%(role)s") % {"role": post.get_role_display()})
        return redirect(back)

    return plain_form.page(
        request,
        EndForm,
        on_valid,
        template="members/settings/account_form.html",
        initial={"until": reader.day + timedelta(days=1)},
        heading=_("结束职务：%(role)s") % {"role": post.get_role_display()},
        account=post.user,
        committee=post.committee,
        note=str(post.unit or post.body or ""),
    )

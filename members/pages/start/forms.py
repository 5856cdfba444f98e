"""The forms of the set-up."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.enums import CommitteeLevel
from members.models import Committee
from members.pages.forms import kind_of


class Password(serializers.CharField):
    """A password, not shown while it is typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, **options)


@kind_of.register
def _kind(declared: Password) -> str:
    return "password"


class FirstAccountForm(serializers.Serializer):
    """The account of the person who sets up the platform."""

    name = serializers.CharField(max_length=60, label=_("您的姓名"))
    username = serializers.CharField(
        max_length=150, label=_("用户名"), help_text=_("登录用，如姓名的拼音")
    )
    password = Password(label=_("密码"), help_text=_("至少八位，不要用常见的密码"))
    again = Password(label=_("再输入一次密码"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The same twice, and not a weak one."""
        if attrs.pop("again") != attrs["password"]:
            raise serializers.ValidationError({"again": _t("两次输入的密码不一致")})
        try:
            validate_password(attrs["password"])
        except ValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from error
        return attrs


class CommitteeForm(serializers.Serializer):
    """A committee as it calls itself."""

    name = serializers.CharField(
        max_length=100, label=_("全称"), help_text=_("如：中国人民政治协商会议某某县委员会")
    )
    short_name = serializers.CharField(
        max_length=40, label=_("简称"), help_text=_("如：某某县政协")
    )
    code = serializers.SlugField(
        max_length=50, label=_("代码"), help_text=_("英文字母、数字和短横线，如 hongkou")
    )
    level = serializers.ChoiceField(choices=CommitteeLevel.choices, label=_("层级"))
    parent = serializers.IntegerField(required=False, label=_("上级委员会"))
    place_names = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        label=_("本地地名"),
        help_text=_("用空格或顿号分开。比较提案是否相似时不计入，如：虹口 虹口区 四川北路"),
    )

    @classmethod
    def without_parent(cls, **options: Any) -> CommitteeForm:
        """Where there is no committee above to choose."""
        form = cls(**options)
        form.fields.pop("parent")
        return form

    def validate_code(self, code: str) -> str:
        """A code of its own."""
        if Committee.objects.filter(code=code).exists():
            raise serializers.ValidationError(_t("已有委员会用这个代码"))
        return code


class SessionForm(serializers.Serializer):
    """A term with its session, and when proposals are collected."""

    term_number = serializers.IntegerField(min_value=1, max_value=99, label=_("第几届"))
    begins_on = serializers.DateField(label=_("本届开始日期"))
    ends_on = serializers.DateField(label=_("本届结束日期"), help_text=_("不含当日"))
    number = serializers.IntegerField(min_value=1, max_value=99, label=_("第几次会议"))
    opens_on = serializers.DateField(label=_("会议开幕日期"))
    closes_on = serializers.DateField(label=_("会议闭幕日期"))
    collection_opens_at = serializers.DateTimeField(label=_("开始征集提案的时间"))
    collection_closes_at = serializers.DateTimeField(
        label=_("大会提案截止时间"), help_text=_("精确到分；之后提交的是平时提案")
    )
    rollover_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        label=_("转入下次会议的时间"),
        help_text=_("此后提交的计入下次会议；全国政协是十二月五日。可以留空"),
    )


def places_of(text: str) -> list[str]:
    """The place names in a text."""
    return [name for name in re.split(r"[\s、,，;；]+", text) if name]


def usual_session(today: date) -> dict[str, Any]:
    """Dates as they usually are, to be corrected: a session next January, collected from today."""
    opens = date(today.year + 1, 1, 10)
    begins = date(opens.year - (opens.year - 2022) % 5, 1, 1)
    return {
        "begins_on": begins,
        "ends_on": date(begins.year + 5, 1, 1),
        "number": opens.year - begins.year + 1,
        "opens_on": opens,
        "closes_on": opens + timedelta(days=4),
        "collection_opens_at": make_aware(datetime.combine(today, time())),
        "collection_closes_at": make_aware(datetime.combine(opens + timedelta(days=2), time(12))),
        "rollover_at": make_aware(datetime.combine(date(opens.year, 12, 5), time())),
    }

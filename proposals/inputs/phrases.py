"""The input of keeping a phrase for replies."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from proposals.inputs.fields import RulebookCode, optional_text


class PhraseInput(serializers.Serializer[Any]):
    """A phrase: its name, its text, and what it suits."""

    title = serializers.CharField(label=_("名称"), max_length=40)
    text = serializers.CharField(label=_("内容"), max_length=2000)
    result_class = RulebookCode(
        lambda rules: rules.handling.result_classes,
        label=_("适用的办理结果"),
        required=False,
        allow_blank=True,
        default="",
        help_text=_("不选则对各种结果都适用"),
    )
    topic = optional_text(_("用途"), 40, help_text=_("如：开头、感谢、列入计划"))

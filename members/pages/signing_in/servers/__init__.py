"""Servers of others at which people sign in: what allauth's providers do not know of them."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "dingtalk": _("钉钉"),
    "feishu": _("飞书"),
    "wecom": _("企业微信"),
    "weixin": _("微信"),
}
"""What people call those that everybody knows."""

OF_THE_OFFICE = _("统一身份认证")


def name_of(server: str, given: str = "") -> str:
    """What to call a server: as the operator has said, else in the reader's language."""
    return given or str(NAMES.get(server, OF_THE_OFFICE))

"""Errors of a document that is not a rulebook: each wrong place, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError


class RulesInvalid(ValueError):
    """A document is not a rulebook; ``errors`` is a list of (path, message)."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(self.messages))

    @property
    def messages(self) -> list[str]:
        """One sentence a place, in the reader's language."""
        return [f"{path}: {message}" if path else message for path, message in self.errors]


def invalid(error: ValidationError) -> RulesInvalid:
    """The refusal that tells what pydantic found."""
    return RulesInvalid([_explain(item) for item in error.errors()])


_MESSAGES = {
    "missing": lambda context: _("缺少此项"),
    "extra_forbidden": lambda context: _("没有这一项，请检查名称"),
    "int_parsing": lambda context: _("须为整数"),
    "int_type": lambda context: _("须为整数"),
    "int_from_float": lambda context: _("须为整数"),
    "float_parsing": lambda context: _("须为数字"),
    "float_type": lambda context: _("须为数字"),
    "time_parsing": lambda context: _("须为时刻，如 08:30"),
    "time_type": lambda context: _("须为时刻，如 08:30"),
    "bool_parsing": lambda context: _("须为 true 或 false"),
    "bool_type": lambda context: _("须为 true 或 false"),
    "string_type": lambda context: _("须为文字"),
    "tuple_type": lambda context: _("须为列表"),
    "dict_type": lambda context: _("须为一组设置"),
    "model_type": lambda context: _("须为一组设置"),
    "enum": lambda context: _("须为其中之一：%(expected)s") % context,
    "greater_than_equal": lambda context: _("不得小于 %(ge)s") % context,
    "less_than_equal": lambda context: _("不得大于 %(le)s") % context,
    "too_short": lambda context: _("至少 %(min_length)s 项") % context,
    "too_long": lambda context: _("至多 %(max_length)s 项") % context,
    "string_too_short": lambda context: _("不能为空") % context,
    "string_too_long": lambda context: _("至多 %(max_length)s 个字") % context,
    "string_pattern_mismatch": lambda context: _("格式不符：%(pattern)s") % context,
    "value_error": lambda context: str(context.get("error", "")),
}


def _explain(item: Any) -> tuple[str, str]:
    path = ".".join(str(part) for part in item["loc"])
    message = _MESSAGES.get(item["type"])
    return path, message(item.get("ctx", {})) if message else item["msg"]

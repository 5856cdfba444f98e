"""Entering the calendar of a year, day by day or from a file."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from proposals.inputs.fields import LEFT_OUT

WORK = {"班", "上班", "调休上班", "work"}
REST = {"休", "放假", "休息", "rest"}
LARGEST_FILE = 200_000  # bytes; a year of days has a tenth of that
MOST_DAYS = 400


class DayInput(serializers.Serializer[Any]):
    """A working day or day off that differs from the weekday's default."""

    day = serializers.DateField(label=_("日期"))
    is_working = serializers.BooleanField(label=_("上班"))
    name = serializers.CharField(label=_("名称"), max_length=40, required=False, default="")


class EnterDaysInput(serializers.Serializer[Any]):
    """Days typed in, or a CSV file with the columns 日期, 类型 (休 or 班), 名称."""

    year = serializers.IntegerField(
        label=_("整年安排已公布的年份"),
        help_text=_("填写后，该年不再标为“未公布”"),
        **LEFT_OUT,
        min_value=2004,
        max_value=2200,
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field's name, not its own
        label=_("依据"), help_text=_("如：国办发明电〔2026〕号"), max_length=200
    )
    days = DayInput(many=True, label=_("日期"), required=False, default=list)
    file = serializers.FileField(label=_("导入文件"), **LEFT_OUT)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """All days, entered and imported, each once and within the year named."""
        rows = list(data["days"])
        if data["file"] is not None:
            rows += _rows(data["file"])
        if not rows:
            raise serializers.ValidationError({"days": _t("请填写日期，或选择要导入的文件")})
        if len(rows) > MOST_DAYS:
            raise serializers.ValidationError({"file": _t("一次最多 %(n)s 天") % {"n": MOST_DAYS}})
        seen: set[date] = set()
        for row in rows:
            if row["day"] in seen:
                raise serializers.ValidationError(
                    {"days": _t("%(day)s 出现了两次") % {"day": row["day"]}}
                )
            if data["year"] and row["day"].year != data["year"]:
                raise serializers.ValidationError(
                    {
                        "days": _t("%(day)s 不在 %(year)s 年")
                        % {"day": row["day"], "year": data["year"]}
                    }
                )
            seen.add(row["day"])
        data["days"] = sorted(rows, key=lambda row: row["day"])
        return data


def _rows(file: Any) -> Iterator[dict[str, Any]]:
    """The days of a CSV file; refuses it with row and column, and changes nothing."""
    faults = []
    for number, row in enumerate(_lines(file), start=1):
        if not any(cell.strip() for cell in row) or (number == 1 and not _is_day(row[0])):
            continue
        cells = [cell.strip() for cell in row] + ["", "", ""]
        day, kind, name = cells[0], cells[1].lower(), cells[2]
        if not _is_day(day):
            faults.append(
                _t("第 %(row)s 行第 1 列“%(value)s”不是日期，请写成 2027-01-01")
                % {"row": number, "value": day}
            )
        elif kind not in WORK | REST:
            faults.append(
                _t("第 %(row)s 行第 2 列“%(value)s”须为“休”或“班”") % {"row": number, "value": kind}
            )
        elif len(name) > 40:
            faults.append(_t("第 %(row)s 行第 3 列超过 40 字") % {"row": number})
        else:
            yield {"day": date.fromisoformat(day), "is_working": kind in WORK, "name": name}
    if faults:
        raise serializers.ValidationError({"file": faults[:20]})


def _lines(file: Any) -> list[list[str]]:
    if file.size > LARGEST_FILE:
        raise serializers.ValidationError({"file": _t("文件过大")})
    content = file.read()
    file.seek(0)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise serializers.ValidationError({"file": _t("须为 UTF-8 或 GBK 编码的 CSV 文件")})


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True

"""What is not a rulebook is refused, naming each wrong place in Chinese."""

from typing import Any

import pytest

from members.presets import preset
from members.rule_errors import RulesInvalid
from members.rules import Rules, json_schema


def with_change(path: str, value: Any) -> dict[str, Any]:
    """The county's document with the value at ``path`` replaced."""
    document = preset("county")
    *parents, leaf = path.split(".")
    branch: Any = document
    for part in parents:
        branch = branch[int(part)] if isinstance(branch, list) else branch.setdefault(part, {})
    branch[int(leaf) if isinstance(branch, list) else leaf] = value
    return document


PLACEHOLDERS = "编号格式只能使用 {term} {session} {period} {kind} {seq}，如 {seq:04}"
REFUSALS = [
    ("texts.title_max", 1, "texts.title_max", "不得小于 5"),
    ("texts.title_max", "五十", "texts.title_max", "须为整数"),
    ("texts.title_pattern", "(", "texts", "标题格式不是有效的正则表达式"),
    (
        "points.rules",
        [{"merit": "filed", "points": 1}, {"merit": "filed", "part": "lead", "points": 2}],
        "points",
        "同一成绩、同一身份的分值只能写一次",
    ),
    ("texts.colour", "red", "texts.colour", "没有这一项，请检查名称"),
    ("review", None, "review", "须为一组设置"),
    ("review.rounds", [], "review.rounds", "至少 1 项"),
    ("review.grounds.1.code", "SECRET", "", "grounds 中的代码重复"),
    (
        "review.grounds.1.code",
        "机密",
        "review.grounds.1.code",
        "格式不符：^[A-Za-z][A-Za-z0-9_]{0,31}$",
    ),
    ("deadlines.0.fixed", "05-31", "deadlines.0", "固定日期规则须填写月日，其他规则不填"),
    ("deadlines.0.fixed", "02-29", "deadlines.0.fixed", "没有这一天，或并非每年都有"),
    ("deadlines.3.amount", -1, "deadlines.3.amount", "不得小于 0"),
    ("numbering.pattern", "第号", "numbering.pattern", "编号格式必须含有 {seq}"),
    ("numbering.pattern", "{seq.real}", "numbering.pattern", PLACEHOLDERS),
    ("numbering.pattern", "{seq:0999999999}", "numbering.pattern", PLACEHOLDERS),
    (
        "numbering.pattern",
        "{seq:04}",
        "numbering",
        "分列编号时格式必须含有 {period}，否则号码会重复",
    ),
    (
        "numbering.period_marks",
        {},
        "numbering",
        "按会议与平时分列编号时各类标记不能相同，否则号码会重复",
    ),
    (
        "handling.returns.levels",
        ["leader"],
        "handling.returns",
        "裁定层级须依次为 office、coordination、leader",
    ),
    ("feedback.policy", "some", "feedback.policy", "须为其中之一：'none', 'lead' or 'all'"),
]


@pytest.mark.parametrize(("changed", "value", "place", "message"), REFUSALS)
def test_refusal_names_the_place_and_the_reason(
    changed: str, value: Any, place: str, message: str
) -> None:
    with pytest.raises(RulesInvalid) as refusal:
        Rules.read(with_change(changed, value))

    assert refusal.value.errors == [(place, message)]


def test_every_wrong_place_is_named_at_once() -> None:
    document = with_change("texts.title_max", 1)
    document["deadlines"][2]["amount"] = 1.5
    del document["feedback"]

    with pytest.raises(RulesInvalid) as refusal:
        Rules.read(document)

    assert refusal.value.messages == [
        "texts.title_max: 不得小于 5",
        "deadlines.2.amount: 须为整数",
        "feedback: 缺少此项",
    ]


def test_schema_labels_every_setting() -> None:
    schema = json_schema()
    sections = [schema, *(s for s in schema["$defs"].values() if "properties" in s)]
    titles = [item.get("title", "") for each in sections for item in each["properties"].values()]

    assert [title for title in titles if title.isascii()] == []

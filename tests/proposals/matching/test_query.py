"""What people may type into the search, and how it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.errors import RuleBroken
from proposals.matching.index.query_tree import leaves
from proposals.matching.query import LONGEST_QUERY, MOST_PARTS, Query, TypedOperator, parse
from proposals.matching.query_terms import question
from proposals.matching.words import WORD, folded

SIGNS = "\"“”「」*-－:： ()^{}+&|!<>\\'%_\0\n的停车场AND OR NOT NEAR/2a1.é￼"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("停车 老旧小区", Query(words=("停车", "老旧小区"))),
        ("停车\u3000老旧小区", Query(words=("停车", "老旧小区"))),
        ("停车 停车", Query(words=("停车",))),
        ("ＡＥＤ", Query(words=("aed",))),
        ('"家庭医生"', Query(phrases=("家庭医生",))),
        ("“家庭医生” 「签约服务」", Query(phrases=("家庭医生", "签约服务"))),
        ("“家庭医生", Query(phrases=("家庭医生",))),
        ("停车*", Query(prefixes=("停车",))),
        ("停车＊", Query(prefixes=("停车",))),
        ("停车 -收费", Query(words=("停车",), excluded=("收费",))),
        ("停车 －“咪表”", Query(words=("停车",), excluded=("咪表",))),
        ("2023-2024", Query(words=("2023-2024",))),
        ("状态:办理中", Query(operators=(TypedOperator("状态", "办理中"),))),
        ("状态：办理中 停车", Query(words=("停车",), operators=(TypedOperator("状态", "办理中"),))),
        ("单位:“教育局 体育局”", Query(operators=(TypedOperator("单位", "教育局 体育局"),))),
        ("-state:draft", Query(operators=(TypedOperator("state", "draft", excluded=True),))),
        ("上午10:30", Query(words=("上午10:30",))),
        ("https://example.gov.cn", Query(words=("example.gov.cn",))),
        ("。，！", Query()),
        ("", Query()),
    ],
)
def test_a_query_is_read_as_people_mean_it(typed, read):
    assert parse(typed) == read


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("字" * (LONGEST_QUERY + 1), "检索词不超过 200 个字，现有 201 个字"),
        (" ".join(f"词{n}" for n in range(MOST_PARTS + 1)), "检索词不超过 20 个"),
    ],
)
def test_a_query_has_bounds(typed, told):
    with pytest.raises(RuleBroken) as broken:
        parse(typed)

    assert broken.value.detail == {"q": told}


@given(st.text(max_size=LONGEST_QUERY) | st.text(alphabet=SIGNS, max_size=60))
def test_whatever_is_typed_only_words_are_asked_for(typed):
    try:
        query = parse(typed)
    except RuleBroken:
        return

    asked = question(query)

    assert all(WORD.fullmatch(word.text) for word in leaves(asked.every))
    assert bool(list(leaves(asked.every))) == query.asks_words


@given(st.lists(st.text(alphabet="停车难学校医院abc12", min_size=1, max_size=8), max_size=8))
def test_plain_words_come_back_as_they_were_typed(words):
    assert parse(" ".join(words)).words == tuple(dict.fromkeys(folded(word) for word in words))

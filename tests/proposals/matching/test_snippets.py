"""What a hit shows: the words marked, and the passages that show most of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.matching.query import parse
from proposals.matching.query_terms import question
from proposals.matching.snippets import Marks, Snippet, SnippetPiece


def marks(typed: str) -> Marks:
    query = parse(typed)
    return Marks(query, question(query))


def marked(pieces: list[SnippetPiece]) -> str:
    """The pieces as one text, hits in brackets."""
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


def told(passages: list[Snippet]) -> list[tuple[str, str]]:
    return [(passage.source, marked(passage.pieces)) for passage in passages]


@pytest.mark.parametrize(
    ("typed", "text", "shown"),
    [
        ("停车", "关于停车难的建议", "关于[停车]难的建议"),
        ("停车位", "停车位与停车场，泊位", "[停车位]与[停车]场，[泊位]"),
        ("“停车 难”", "停车 难，停车难", "[停车 难]，[停车][难]"),
        ("aed", "配ＡＥＤ、AED与aed", "配[ＡＥＤ]、[AED]与[aed]"),
        ("停车*", "停车场停车", "[停车]场[停车]"),
        ("电梯", "<b>电梯</b> & 楼", "<b>[电梯]</b> & 楼"),
        ("平方米", "1㎡…平方米", "1㎡…[平方米]"),
        ("状态:已立案", "已立案", "已立案"),
        ("没有", "别的", "别的"),
    ],
)
def test_words_are_marked_as_they_are_written(typed, text, shown):
    assert marked(marks(typed).pieces(text)) == shown


def test_a_passage_begins_with_its_sentence_and_says_where_it_is_from():
    text = "很早以前的事。" * 30 + "楼里没有电梯，老人下楼难。" + "后来的事。" * 30

    (passage,) = marks("电梯").passages([("situation", text)])

    assert passage.source == "situation"
    assert marked(passage.pieces).startswith("楼里没有[电梯]，老人下楼难。后来的事。")
    assert marked(passage.pieces).endswith("…")
    assert sum(len(piece.text) for piece in passage.pieces) < 80


def test_the_passage_with_most_words_comes_first_and_only_what_adds_follows():
    texts = [
        ("situation", "这里说电梯。" + "。" * 100 + "那里又说电梯。"),
        ("analysis", "这里说电梯和费用。"),
        ("suggestion", "这里说审批。"),
        ("reply", "这里说电梯、费用。"),
    ]

    assert told(marks("电梯 费用 审批").passages(texts)) == [
        ("analysis", "这里说[电梯]和[费用]。"),
        ("suggestion", "这里说[审批]。"),
    ]


def test_nothing_found_shows_no_passage():
    assert marks("电梯").passages([("situation", "别的事。"), ("analysis", "")]) == []


@given(st.text(max_size=200), st.text(alphabet="停车电梯的 aA１", min_size=1, max_size=10))
def test_the_pieces_of_a_text_are_the_text(text, typed):
    pieces = marks(typed).pieces(text)

    assert "".join(piece.text for piece in pieces).rstrip() == text.rstrip()


@given(st.text(alphabet="停车电梯。，\n…㎡１a ", max_size=400))
def test_passages_are_parts_of_the_text(text):
    for passage in marks("停车 电梯").passages([("situation", text)]):
        whole = "".join(piece.text for piece in passage.pieces)
        assert whole.strip("…").strip() in text or whole.strip() in text

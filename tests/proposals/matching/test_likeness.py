"""How alike two texts are: what counts, and what must not."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import similarity as evaluation
from bench.similarity import Unreadable, edited, evaluate
from members.enums import Linkage
from proposals.matching.clusters import clusters
from proposals.matching.likeness import FINE, Frequencies, Profile, Text, packed_words
from proposals.matching.matrix import profile_matrix
from proposals.matching.words import folded, telling

LABELLED = Path(__file__).parents[3] / "bench/data/proposals.jsonl"

LIFTS = Text(
    "关于推进老旧小区加装电梯的建议",
    "我市老旧小区多为六层，老人上下楼不便。建议明确加装电梯的资金分摊比例，简化审批手续。",
)
LIFTS_AGAIN = Text(
    "破解多层住宅装电梯难题",
    "没有电梯的多层住宅里，老人下楼困难。应当定出各楼层分摊电梯费用的办法，审批一次办完。",
)
NOISE = Text(
    "关于推进夜间施工噪声治理的建议",
    "我市夜间施工噪声扰民。建议明确夜间施工的审批手续，加大处罚。",
)
ANYTHING = st.text(max_size=300) | st.text("电梯老旧小区，。a1 ", max_size=300)


@pytest.fixture(scope="module")
def labelled():
    return evaluation.read(LABELLED)


@pytest.fixture(scope="module")
def common(labelled):
    return Frequencies.of(row.text.counts() for row in labelled)


def score(one: Text, other: Text, common: Frequencies) -> float:
    return Profile.of(one, common).likeness(Profile.of(other, common))


def test_the_same_matter_in_other_words_is_nearer_than_the_same_form_of_another(common):
    assert score(LIFTS, LIFTS_AGAIN, common) > 2 * score(LIFTS, NOISE, common)


def test_the_same_text_scores_one_and_an_edited_copy_nearly(common):
    assert score(LIFTS, LIFTS, common) == pytest.approx(1, abs=1e-3)
    assert score(LIFTS, edited(LIFTS), common) > 0.5


def test_the_title_weighs_more_than_the_same_words_in_the_body(common):
    in_title = Text("加装电梯", "其他事情。")
    in_body = Text("其他事情", "加装电梯。")

    assert score(LIFTS, in_title, common) > score(LIFTS, in_body, common)


def test_the_forms_of_the_genre_are_no_likeness(common):
    forms = "近年来，高度重视，取得显著成效，存在不足。建议进一步加强统筹协调，完善长效机制。"
    one, other = "夜市摊位占道，油烟和垃圾扰民。", "良田撂荒，年轻人外出，土地托管少。"
    titles = "关于进一步加强夜市管理的建议", "关于进一步加强耕地保护的建议"

    plain = score(Text("夜市管理", one), Text("耕地保护", other), common)
    formal = score(Text(titles[0], forms + one), Text(titles[1], forms + other), common)

    assert formal == pytest.approx(plain, abs=0.02)
    assert telling(forms) == []


@given(st.text() | st.text("，：；！？（）ＡＢ１ⅰ㈱①カﾞe\u0301\u0338aZ电梯"))
def test_a_folded_text_is_its_normal_form_in_small_letters(text):
    assert folded(text) == unicodedata.normalize("NFKC", text).lower()


def test_the_committees_own_places_are_no_likeness(common):
    places = ("澄江市", "澄江", "东湖区")
    one = Text("澄江市东湖区停车难", "澄江市东湖区停车位少。", places)
    other = Text("澄江市东湖区夜市", "澄江市东湖区夜市摊位少。", places)

    without = score(one, other, common)
    assert without < score(Text(one.title, one.body), Text(other.title, other.body), common)
    assert "澄江" not in one.stripped().body


@given(ANYTHING, ANYTHING)
def test_any_two_texts_have_a_likeness_between_nothing_and_one_the_same_both_ways(one, other):
    first, second = (Profile.of(Text(text[:50], text), Frequencies()) for text in (one, other))

    there, back = first.likeness(second), second.likeness(first)
    assert 0 <= there <= 1.001
    assert there == pytest.approx(back, abs=1e-5)


@given(ANYTHING)
def test_a_profile_comes_back_from_the_database_as_it_was_stored(text):
    profile = Profile.of(Text(text[:50], text), Frequencies())
    again = Profile.unpack(profile.pack())

    assert again.pack() == profile.pack()
    assert np.array_equal(packed_words(profile.pack()).keys, profile.words.keys)
    for here, there in zip(profile.vectors, again.vectors, strict=True):
        np.testing.assert_allclose(here.weights, there.weights, atol=1 / FINE)


def test_counts_of_words_come_back_as_they_were_stored(common):
    again = Frequencies.unpack(common.pack())

    assert again.documents == common.documents
    for (keys, counts), (keys_again, counts_again) in zip(common.tables, again.tables, strict=True):
        np.testing.assert_array_equal(keys, keys_again)
        np.testing.assert_array_equal(counts, counts_again)


def test_the_matrix_gives_the_likeness_of_two_profiles(labelled, common):
    profiles = [Profile.of(row.text, common) for row in labelled[:20]]
    products = (profile_matrix(profiles) @ profile_matrix(profiles).T).toarray()

    pairwise = [[one.likeness(other) for other in profiles] for one in profiles]
    np.testing.assert_allclose(products, pairwise, atol=1e-4)


def test_many_stored_profiles_are_compared_at_once_as_one_by_one(labelled, common):
    profiles = [Profile.of(row.text, common) for row in labelled[:20]]
    empty = Profile.of(Text("", ""), common)
    stored = [profile.pack() for profile in [*profiles, empty]]

    at_once = profiles[0].likenesses(stored)

    one_by_one = [profiles[0].likeness(Profile.unpack(packed)) for packed in stored]
    np.testing.assert_allclose(at_once, one_by_one, atol=1e-6)
    assert profiles[0].likenesses([]) == []
    assert empty.likenesses(stored[:1]) == [0.0]


# -- On labelled texts ---------------------------------------------------------------------


def test_similar_texts_are_found_in_the_labelled_set(labelled):
    figures = evaluate(labelled, threshold=0.18)

    assert figures.recall_at_5 >= 0.95
    assert figures.mrr >= 0.95
    assert figures.copies_at_1 >= 0.99
    assert figures.precision >= 0.9
    assert figures.best_f1 >= 0.9


def test_halves_of_the_texts_are_still_found(labelled):
    """The full texts are easy; what is left without titles and half the sentences is not."""
    halves = [
        evaluation.Labelled(
            row.id, Text("", "".join(evaluation.SENTENCE.findall(row.text.body)[::2])), row.group
        )
        for row in labelled
    ]
    figures = evaluate(halves, threshold=0.18)

    assert figures.recall_at_5 >= 0.85
    assert figures.mrr >= 0.85


def test_a_labelled_file_that_cannot_be_read_names_the_line(tmp_path):
    file = tmp_path / "wrong.jsonl"
    file.write_text('{"id": 1, "title": "a", "body": "b", "group": "1"}\n{"id": 2}\n')

    with pytest.raises(Unreadable, match="2"):
        evaluation.read(file)


# -- Groups --------------------------------------------------------------------------------


def chain(common: Frequencies) -> list[Profile]:
    """Three texts of which the first and the last share nothing."""
    first, last = "电梯 加装 分摊 审批 住宅", "夜市 摊位 小吃 灯光 步行街"
    texts = [first, f"{first[:11]} {last[:9]}", last]
    return [Profile.of(Text("", text), common) for text in texts]


def test_a_chain_of_likenesses_makes_no_group(common):
    first, middle, last = chain(common)
    near = min(first.likeness(middle), middle.likeness(last))
    assert first.likeness(last) < near / 2

    for how in Linkage:
        (found,) = clusters([first, middle, last], threshold=near * 0.9, how=how)
        assert len(found.places) == 2


def test_what_the_office_found_different_does_not_come_together_again(common):
    profiles = [Profile.of(text, common) for text in (LIFTS, LIFTS_AGAIN, edited(LIFTS))]
    (whole,) = clusters(profiles, threshold=0.1, how=Linkage.AVERAGE)
    assert sorted(whole.places) == [0, 1, 2]

    apart = clusters(profiles, threshold=0.1, how=Linkage.AVERAGE, apart={(0, 1)})
    assert all(not {0, 1} <= set(group.places) for group in apart)


def test_groups_of_the_labelled_set_are_mostly_of_one_matter(labelled, common):
    profiles = [Profile.of(row.text, common) for row in labelled]
    found = clusters(profiles, threshold=0.12, how=Linkage.AVERAGE)

    pure = [len({labelled[place].group for place in group.places}) == 1 for group in found]
    assert len(found) >= 40
    assert sum(pure) / len(pure) >= 0.9
    assert all(list(group.scores) == sorted(group.scores, reverse=True) for group in found)


@given(st.lists(st.text("电梯老旧小区夜市摊位停车", max_size=40), max_size=12))
def test_no_text_is_in_two_groups_and_none_is_alone(texts):
    profiles = [Profile.of(Text("", text), Frequencies()) for text in texts]
    found = clusters(profiles, threshold=0.3, how=Linkage.COMPLETE)

    places = [place for group in found for place in group.places]
    assert len(places) == len(set(places))
    assert all(len(group.places) > 1 for group in found)

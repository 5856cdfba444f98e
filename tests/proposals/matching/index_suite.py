"""What every index must do: subclass, give a fixture ``index``, and run.

The class does not test itself; ``test_index.py`` runs it for the index of the database in use.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Q

from proposals.enums import ProposalState
from proposals.matching.index import AllOf, Index, Where, Word, all_of, any_of
from proposals.matching.index.base import PUBLISHED
from proposals.matching.likeness import Frequencies, Profile, Text
from proposals.matching.words import findable, search_words
from proposals.models import IndexEntry, Proposal
from tests.factories.proposals import ProposalFactory

HERE, THERE = 11, 12
"""The scopes of two committees."""

Put = Callable[..., Proposal]


class IndexSuite:
    """The tests; ``index`` is the one under test, and empty."""

    @pytest.fixture
    def index(self, db: None) -> Index:
        """The index under test."""
        raise NotImplementedError

    @pytest.fixture
    def put(self, index: Index) -> Put:
        """Puts a proposal with these texts; of a title alone, or in place of what was there."""

        def put(
            title: str,
            body: str = "",
            inner: str = "",
            scopes: tuple[int, ...] = (HERE,),
            proposal: Proposal | None = None,
        ) -> Proposal:
            proposal = proposal or ProposalFactory(state=ProposalState.FILED, title=title)
            text = Text(title, body)
            index.put(
                [
                    IndexEntry(
                        proposal=proposal,
                        profile=Profile.of(text, Frequencies()).pack(),
                        scopes=list(scopes),
                        title_words=" ".join(findable(title)),
                        body_words=" ".join(search_words(body)),
                        inner_words=" ".join(search_words(inner)),
                    )
                ]
            )
            return proposal

        return put

    def found(self, condition: Q) -> list[str]:
        """The titles that a condition finds."""
        return sorted(Proposal.objects.filter(condition).values_list("title", flat=True))

    # -- Likeness ---------------------------------------------------------------------------

    def words(self, title: str, body: str = "") -> object:
        return Profile.of(Text(title, body), Frequencies()).words

    def test_the_nearest_come_first_and_no_more_than_asked_for(self, index, put):
        same = put("老旧小区加装电梯", "分摊费用，简化审批，加装电梯。")
        near = put("小区电梯安全", "电梯老化，检查维修，保障安全。")
        put("乡镇卫生院招聘医生", "编制不足，待遇偏低。")
        asked = self.words("老旧小区加装电梯", "分摊费用，加装电梯。")

        assert index.nearest(asked, HERE, 10) == [same.pk, near.pk]
        assert index.nearest(asked, HERE, 1) == [same.pk]

    def test_what_is_near_in_another_scope_is_not_told(self, index, put):
        put("老旧小区加装电梯", scopes=(THERE,))
        open_to_all = put("加装电梯的分摊办法", scopes=(THERE, PUBLISHED))
        asked = self.words("加装电梯")

        assert index.nearest(asked, HERE, 10) == []
        assert index.nearest(asked, PUBLISHED, 10) == [open_to_all.pk]

    def test_nothing_is_near_a_text_without_words(self, index, put):
        put("老旧小区加装电梯")

        assert index.nearest(self.words("的"), HERE, 10) == []

    # -- Putting and dropping ---------------------------------------------------------------

    def test_an_entry_takes_the_place_of_the_one_before(self, index, put):
        proposal = put("老旧小区加装电梯", "分摊费用")
        put("乡镇卫生院招聘医生", "编制不足", proposal=proposal, scopes=(THERE,))

        assert self.found(index.match(Word("电梯"))) == []
        assert len(self.found(index.match(Word("卫生院")))) == 1
        assert index.nearest(self.words("加装电梯"), HERE, 10) == []
        assert index.nearest(self.words("卫生院医生"), THERE, 10) == [proposal.pk]

    def test_what_is_dropped_is_forgotten_and_may_be_dropped_again(self, index, put):
        proposal = put("老旧小区加装电梯")

        index.drop([proposal.pk])
        index.drop([proposal.pk, 10**9])

        assert self.found(index.match(Word("电梯"))) == []
        assert index.nearest(self.words("加装电梯"), HERE, 10) == []

    def test_it_knows_its_size(self, index, put):
        put("老旧小区加装电梯")

        assert index.size() > 0

    # -- Words ------------------------------------------------------------------------------

    def test_a_word_is_found_in_title_and_text(self, index, put):
        put("加装电梯", "分摊费用")
        put("物业管理", "电梯老化")
        put("卫生院", "医生")

        assert self.found(index.match(Word("电梯"))) == ["加装电梯", "物业管理"]
        assert self.found(index.match(Word("电梯"), Where.TITLE)) == ["加装电梯"]
        assert self.found(index.match(Word("没有"))) == []

    def test_words_are_joined_across_the_columns(self, index, put):
        put("加装电梯", "分摊费用")
        put("物业管理", "分摊费用")
        both = all_of(Word("电梯"), Word("费用"))

        assert self.found(index.match(both)) == ["加装电梯"]
        assert self.found(index.match(both, Where.TITLE)) == []
        assert len(self.found(index.match(any_of(Word("电梯"), Word("费用"))))) == 2

    def test_alternatives_may_hold_what_is_joined(self, index, put):
        put("加装电梯", "分摊费用")
        put("物业管理", "公开账目")
        put("卫生院", "医生编制")
        asked = all_of(
            any_of(Word("电梯"), all_of(Word("物业"), Word("管理"))),
            any_of(Word("费用"), Word("账目")),
        )

        assert self.found(index.match(asked)) == ["加装电梯", "物业管理"]

    def test_the_beginning_of_a_word_is_enough_if_asked(self, index, put):
        put("电动自行车充电")
        put("电影放映")

        assert self.found(index.match(Word("电", prefix=True))) == ["电动自行车充电", "电影放映"]
        assert self.found(index.match(Word("电动", prefix=True))) == ["电动自行车充电"]
        assert self.found(index.match(Word("电影", prefix=True), Where.TITLE)) == ["电影放映"]

    def test_inner_words_count_only_where_they_are_asked_for(self, index, put):
        put("加装电梯", "分摊费用", "教育局")
        put("教育局公开信", "学位")
        asked = Word("教育局")

        assert self.found(index.match(asked)) == ["教育局公开信"]
        assert self.found(index.match(asked, Where.ALL)) == ["加装电梯", "教育局公开信"]
        assert self.found(index.match(asked, Where.INNER)) == ["加装电梯"]

    def test_of_words_joined_one_may_be_an_inner_one(self, index, put):
        put("加装电梯", "分摊费用", "教育局")
        put("电梯安全", "教育局", "")
        both = all_of(Word("电梯"), Word("教育局"))

        assert self.found(index.match(both)) == ["电梯安全"]
        assert self.found(index.match(both, Where.INNER)) == ["加装电梯"]
        assert self.found(index.match(both, Where.ALL)) == ["加装电梯", "电梯安全"]

    @pytest.mark.parametrize("where", Where)
    def test_nothing_asked_finds_nothing(self, index, put, where):
        put("加装电梯")

        assert self.found(index.match(AllOf(()), where)) == []
        assert self.found(index.match(any_of(AllOf(())), where)) == []

    @pytest.mark.parametrize(
        "word", ["and", "or", "not", "near", "1.5", "4g", "12345", "aed", "㐀", "龥", "a" * 80]
    )
    def test_odd_words_are_words(self, index, put, word):
        put("加装电梯", f"我们说 {word} ，也说别的。")
        asked = Word(search_words(word)[-1])

        assert self.found(index.match(asked)) == ["加装电梯"]
        assert self.found(index.match(Word(word[:60], prefix=True))) == ["加装电梯"]

    @pytest.mark.parametrize("text", ["", " ", "停车 难", "'", '"', "a:b", "停*", "(", "\0", "a|b"])
    def test_what_is_no_word_cannot_be_asked_for(self, text):
        with pytest.raises(ValueError, match="not a word"):
            Word(text)

    def test_a_condition_joins_others_of_any_queryset(self, index, put):
        kept = put("加装电梯", "分摊费用")
        put("电梯安全", "分摊费用")
        found = Proposal.objects.filter(index.match(Word("电梯"))).values("pk")

        assert self.found(Q(pk__in=found) & Q(title="加装电梯")) == ["加装电梯"]
        assert self.found(index.match(Word("费用")) & ~Q(pk__in=found)) == []
        assert kept in Proposal.objects.filter(index.match(Word("电梯")), pk=kept.pk)

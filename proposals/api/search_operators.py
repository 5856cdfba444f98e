"""Expert words of a search (状态:办理中): each is a filter of the list of proposals.

A new one is one line in ``EXPERTS``. What its value may be follows from the filter: labels or
codes where it has choices, yes or no, else any text, which the filter itself checks.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_filters import rest_framework as filters
from rest_framework.request import Request

from members.punctuation import listed
from members.reader import Reader, reader_of
from proposals.errors import RuleBroken
from proposals.matching.query import Expert
from proposals.models import Proposal

Spellings = Mapping[str, list[str]]
"""What a filter takes, to how people may write it; the first is how it is shown."""


class Meaning(NamedTuple):
    """An expert word: in Chinese and as a code, its filter, and its values if not the filter's."""

    word: str
    code: str
    filter: str
    values: Callable[[Reader], Spellings] | None = None


def categories(reader: Reader) -> Spellings:
    """The categories in the rulebooks of the reader's committees."""
    entries = [e for key in reader.reach.committees for e in reader.rules(key).review.categories]
    return {entry.code: [entry.name, entry.code] for entry in entries}


EXPERTS = (
    Meaning(gettext_noop("状态"), "state", "state"),
    Meaning(gettext_noop("单位"), "unit", "unit_name"),
    Meaning(gettext_noop("逾期"), "overdue", "overdue"),
    Meaning(gettext_noop("届"), "session", "sitting"),
    Meaning(gettext_noop("类别"), "category", "category", categories),
    Meaning(gettext_noop("界别"), "sector", "sector"),
    Meaning(gettext_noop("提案人"), "proposer", "proposer"),
    Meaning(gettext_noop("类型"), "kind", "proposer_kind"),
    Meaning(gettext_noop("时间类型"), "period", "period_kind"),
    Meaning(gettext_noop("重点"), "key", "is_key"),
    Meaning(gettext_noop("编号"), "number", "number"),
)


class Narrowing:
    """Applies expert words; raises RuleBroken, at the field given, for one that says nothing."""

    def __init__(self, filterset: type[filters.FilterSet], request: Request, field: str) -> None:
        self.filterset = filterset
        self.request = request
        self.field = field

    def __call__(self, rows: QuerySet[Proposal], experts: Iterable[Expert]) -> QuerySet[Proposal]:
        """The rows that the expert words leave.

        Where a filter has choices the values of one word are alternatives; all else must hold.
        """
        alternatives: dict[str, list[str]] = {}
        for expert in experts:
            meaning = self._meaning(expert.word)
            value = self._value(expert, meaning)
            if expert.excluded:
                left_out = self._filtered(Proposal.objects.all(), meaning.filter, [value], expert)
                rows = rows.exclude(pk__in=left_out.values("pk"))
            elif self._takes_several(meaning):
                alternatives.setdefault(meaning.filter, []).append(value)
            else:
                rows = self._filtered(rows, meaning.filter, [value], expert)
        for name, values in alternatives.items():
            rows = self._filtered(rows, name, values)
        return rows

    def _filter(self, meaning: Meaning) -> filters.Filter:
        return self.filterset.base_filters[meaning.filter]

    def _takes_several(self, meaning: Meaning) -> bool:
        return isinstance(self._filter(meaning), filters.MultipleChoiceFilter)

    def _filtered(
        self,
        rows: QuerySet[Proposal],
        name: str,
        values: list[str],
        expert: Expert | None = None,
    ) -> QuerySet[Proposal]:
        data = QueryDict(mutable=True)
        data.setlist(name, values)
        filterset = self.filterset(data, queryset=rows, request=self.request)
        if expert is not None and not filterset.is_valid():
            reason = " ".join(filterset.errors[name])
            raise RuleBroken({self.field: f"{expert.word}:{expert.value} {reason}"})
        return cast("QuerySet[Proposal]", filterset.qs)

    def _meaning(self, word: str) -> Meaning:
        for meaning in EXPERTS:
            if word.lower() in (meaning.word, meaning.code, _(meaning.word).lower()):
                return meaning
        words = listed(_(meaning.word) for meaning in EXPERTS)
        raise RuleBroken(
            {
                self.field: _("没有“%(word)s:”这个专用词，可用：%(words)s；要找这几个字，请加引号")
                % {"word": word, "words": words}
            }
        )

    def _value(self, expert: Expert, meaning: Meaning) -> str:
        """What the filter takes for the value as written, or for its unmistakable beginning."""
        spellings = self._spellings(meaning)
        if spellings is None:
            return expert.value
        wanted = expert.value.lower()
        for found in (
            {v for v, texts in spellings.items() for text in texts if text.lower() == wanted},
            {v for v, texts in spellings.items() for t in texts if t.lower().startswith(wanted)},
        ):
            if wanted and len(found) == 1:
                return found.pop()
        raise RuleBroken(
            {
                self.field: _("“%(word)s:”后不能是“%(value)s”，可用：%(values)s")
                % {
                    "word": expert.word,
                    "value": expert.value,
                    "values": listed(texts[0] for texts in spellings.values()),
                }
            }
        )

    def _spellings(self, meaning: Meaning) -> Spellings | None:
        chosen = self._filter(meaning)
        if meaning.values is not None:
            return meaning.values(reader_of(self.request))
        if isinstance(chosen, filters.BooleanFilter):
            yes, no = ["是", "yes", "true", "1"], ["否", "no", "false", "0"]
            return {"true": [_("是"), *yes], "false": [_("否"), *no]}
        if "choices" not in chosen.extra:
            return None
        return {
            code: [str(label), code, *_everywhere(label)] for code, label in chosen.extra["choices"]
        }


def _everywhere(label: Any) -> list[str]:
    """A label in every language of the product: an address is shared by people of each."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(str(label))
    return found

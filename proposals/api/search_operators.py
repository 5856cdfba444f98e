"""The operators of a search (状态:办理中): each is a filter of the list of proposals.

A new one is one line in ``OPERATORS``. What its value may be follows from the filter: labels or
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
from proposals.matching.query import TypedOperator
from proposals.models import Proposal

Spellings = Mapping[str, list[str]]
"""What a filter takes, to how people may write it; the first is how it is shown."""


class SearchOperator(NamedTuple):
    """A search operator: its word and code, its filter, and its values if not the filter's."""

    word: str
    code: str
    filter: str
    values: Callable[[Reader], Spellings] | None = None


def categories(reader: Reader) -> Spellings:
    """The categories in the rulebooks of the reader's committees."""
    entries = [e for key in reader.reach.committees for e in reader.rules(key).review.categories]
    return {entry.code: [entry.name, entry.code] for entry in entries}


OPERATORS = (
    SearchOperator(gettext_noop("状态"), "state", "state"),
    SearchOperator(gettext_noop("单位"), "unit", "unit_name"),
    SearchOperator(gettext_noop("逾期"), "overdue", "overdue"),
    SearchOperator(gettext_noop("届"), "session", "sitting"),
    SearchOperator(gettext_noop("类别"), "category", "category", categories),
    SearchOperator(gettext_noop("界别"), "sector", "sector"),
    SearchOperator(gettext_noop("提案人"), "proposer", "proposer"),
    SearchOperator(gettext_noop("类型"), "kind", "proposer_kind"),
    SearchOperator(gettext_noop("时间类型"), "period", "period_kind"),
    SearchOperator(gettext_noop("重点"), "key", "is_key"),
    SearchOperator(gettext_noop("编号"), "number", "number"),
)


class Narrowing:
    """Applies operators; raises RuleBroken, at the field given, for one that means nothing."""

    def __init__(self, filterset: type[filters.FilterSet], request: Request, field: str) -> None:
        self.filterset = filterset
        self.request = request
        self.field = field

    def __call__(
        self, rows: QuerySet[Proposal], operators: Iterable[TypedOperator]
    ) -> QuerySet[Proposal]:
        """The rows that the operators leave.

        Where a filter has choices the values of one word are alternatives; all else must hold.
        """
        alternatives: dict[str, list[str]] = {}
        for typed in operators:
            operator = self._operator(typed.word)
            value = self._value(typed, operator)
            if typed.excluded:
                left_out = self._filtered(Proposal.objects.all(), operator.filter, [value], typed)
                rows = rows.exclude(pk__in=left_out.values("pk"))
            elif self._takes_several(operator):
                alternatives.setdefault(operator.filter, []).append(value)
            else:
                rows = self._filtered(rows, operator.filter, [value], typed)
        for name, values in alternatives.items():
            rows = self._filtered(rows, name, values)
        return rows

    def _filter(self, operator: SearchOperator) -> filters.Filter:
        return self.filterset.base_filters[operator.filter]

    def _takes_several(self, operator: SearchOperator) -> bool:
        return isinstance(self._filter(operator), filters.MultipleChoiceFilter)

    def _filtered(
        self,
        rows: QuerySet[Proposal],
        name: str,
        values: list[str],
        typed: TypedOperator | None = None,
    ) -> QuerySet[Proposal]:
        data = QueryDict(mutable=True)
        data.setlist(name, values)
        filterset = self.filterset(data, queryset=rows, request=self.request)
        if typed is not None and not filterset.is_valid():
            reason = " ".join(filterset.errors[name])
            raise RuleBroken({self.field: f"{typed.word}:{typed.value} {reason}"})
        return cast("QuerySet[Proposal]", filterset.qs)

    def _operator(self, word: str) -> SearchOperator:
        for operator in OPERATORS:
            if word.lower() in (operator.word, operator.code, _(operator.word).lower()):
                return operator
        words = listed(_(operator.word) for operator in OPERATORS)
        raise RuleBroken(
            {
                self.field: _("没有“%(word)s:”这个专用词，可用：%(words)s；要找这几个字，请加引号")
                % {"word": word, "words": words}
            }
        )

    def _value(self, typed: TypedOperator, operator: SearchOperator) -> str:
        """What the filter takes for the value as written, or for its unmistakable beginning."""
        spellings = self._spellings(operator)
        if spellings is None:
            return typed.value
        wanted = typed.value.lower()
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
                    "word": typed.word,
                    "value": typed.value,
                    "values": listed(texts[0] for texts in spellings.values()),
                }
            }
        )

    def _spellings(self, operator: SearchOperator) -> Spellings | None:
        chosen = self._filter(operator)
        if operator.values is not None:
            return operator.values(reader_of(self.request))
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

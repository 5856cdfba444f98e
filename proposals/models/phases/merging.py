"""Third part of a proposal's life: handled together with a filed one of the same matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_fsm import GET_STATE
from django_stubs_ext.db.models.manager import RelatedManager

from members.punctuation import listed
from proposals import audiences
from proposals.enums import MERGE_HOSTS, MERGEABLE, SENT_OUT, CosignatureState, Tone
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken, Unmet
from proposals.inputs import reviewing as inputs
from proposals.inputs.fields import Reason, keys_of
from proposals.machine import who
from proposals.machine.step import Condition, News, StepContext, declared_step, step
from proposals.machine.subject import Subject
from proposals.models.cosignature import Cosignature
from proposals.models.phases.reviewing import Reviewing, hosts_nothing
from proposals.models.pre_assignment import PreAssignment
from proposals.models.reply import Reply

TITLE_IN_NEWS = 60
"""Characters of a title in the heading of a notice, which has room for two."""

is_unanswered = Condition(
    _("本件的答复已送达，不能再并入其他提案"),
    lambda proposal: (
        not any(
            reply.state in SENT_OUT
            for reply in proposal.replies.all()  # reads what was fetched ahead, if it was
        )
    ),
)
host_is_unanswered = Condition(
    _("主件的答复已送达，不能再解除并案"),
    lambda proposal: is_unanswered(proposal.merged_into),
)


# -- Why not: one answer for the step and for its preview ---------------------------------------


def refusal_of_host(host: Merging) -> str:
    """Why nothing can be merged into ``host`` now, in words; empty when it can."""
    if host.state not in MERGE_HOSTS:
        return _t("提案 %(receipt)s 当前为“%(state)s”，只能并入已立案且尚未答复的提案") % {
            "receipt": host.receipt_no,
            "state": host.get_state_display(),
        }
    if not is_unanswered(host):
        return _t("提案 %(receipt)s 的答复已送达，不能再并入其他提案") % {
            "receipt": host.receipt_no
        }
    return ""


def refusal_of_member(member: Merging, host: Merging) -> str:
    """Why ``member`` cannot be merged into ``host``, which can take others in; or empty."""
    named = {"receipt": member.receipt_no}
    if member.pk == host.pk:
        return _t("提案 %(receipt)s 就是主件，不能并入自身，请从名单中去掉") % named
    if member.merged_into is not None:
        named["host"] = member.merged_into.named
        return _t("提案 %(receipt)s 已并入%(host)s，如须改并，请先解除并案") % named
    if member.state not in MERGEABLE:
        named["state"] = member.get_state_display()
        return _t("提案 %(receipt)s 当前为“%(state)s”，只有尚未交办的提案可以并入") % named
    if not hosts_nothing(member):
        named["guests"] = listed(guest.receipt_no for guest in member.merged_from.all())
        return _t("已有提案（%(guests)s）并入提案 %(receipt)s，请先解除并案，或以它为主件") % named
    return ""


def unknown(number: int) -> str:
    """What is said of a proposal that does not exist, or not for the reader."""
    return _t("没有编号为 %(pk)s 的提案，请核对") % {"pk": number}


# -- Who else is locked -------------------------------------------------------------------------


def _host_from_input(proposal: Merging, data: Mapping[str, Any]) -> Iterable[int]:
    return keys_of([data.get("into")])


def _members_from_input(proposal: Merging, data: Mapping[str, Any]) -> Iterable[int]:
    members = data.get("members")
    return keys_of(members[: inputs.MOST_TAKEN_IN]) if isinstance(members, list | tuple) else []


def _own_host(proposal: Merging, data: Mapping[str, Any]) -> Iterable[int]:
    return [proposal.merged_into_id] if proposal.merged_into_id else []


# -- What its people are told -------------------------------------------------------------------


def _news_of_merger(member: Merging, context: StepContext) -> News:
    (host,) = context.others
    return _news([member], host)


def _news_of_taking_in(host: Merging, context: StepContext) -> News:
    return _news(context.others, host)


def _news(members: Sequence[Merging], host: Merging) -> News:
    titles = {"first": members[0].title[:TITLE_IN_NEWS], "host": host.title[:TITLE_IN_NEWS]}
    title = ngettext(
        "《%(first)s》并入《%(host)s》",
        "《%(first)s》等 %(count)s 件并入《%(host)s》",
        len(members),
    ) % {**titles, "count": len(members)}
    lines = [
        _t("主件：%(host)s") % {"host": host.named},
        *(_t("并入：%(member)s") % {"member": member.named} for member in members),
        _t("各件保留收件号和提案者，随主件一并办理，办理单位分别答复每位提案者。"),
    ]
    invited = Cosignature.objects.filter(state=CosignatureState.INVITED)
    if invited.filter(proposal__in=[member.pk for member in members]).exists():
        lines.append(_t("并入件尚未答复的联名邀请同时失效。"))
    return News(title, lines, host)


def _news_of_parting(member: Merging, context: StepContext) -> News:
    (host,) = context.others
    title = _t("《%(member)s》与《%(host)s》解除并案") % {
        "member": member.title[:TITLE_IN_NEWS],
        "host": host.title[:TITLE_IN_NEWS],
    }
    lines = [
        _t("原主件：%(host)s") % {"host": host.named},
        _t("单独办理：%(member)s，当前为“%(state)s”")
        % {"member": member.named, "state": member.get_state_display()},
    ]
    return News(title, lines, host)  # filed, so everybody concerned may read it


class Merging(Reviewing):
    """With which proposal this one is handled."""

    merged_into = models.ForeignKey(
        "proposals.Proposal",
        verbose_name=_("并入提案"),
        null=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )
    merged_at = models.DateTimeField(_("并案时间"), null=True)
    state_before_merging = models.CharField(max_length=20, blank=True, choices=S)

    events: RelatedManager[Any]
    replies: RelatedManager[Reply]

    class Meta:
        abstract = True

    @step(
        source=MERGEABLE,
        target=S.MERGED,
        who=who.clerk | who.director,
        label=_("并案"),
        input=inputs.MergeInput,
        tone=Tone.WARNING,
        conditions=[hosts_nothing],
        locks=_host_from_input,
        tells=(audiences.proposers, audiences.units),
        news=_news_of_merger,
    )
    def merge(self, context: StepContext) -> None:
        """It is handled with a filed one; it keeps its receipt number and its proposers."""
        host = self._host(context)
        self._check_consent(context)
        self._settle_pre_assignments(context)
        self._let_invitations_lapse(context, quiet=True)
        self.merged_into, self.merged_at = host, context.at
        self.state_before_merging = self.state
        context.others.append(host)

    @step(
        source=MERGE_HOSTS,
        who=who.clerk | who.director,
        label=_("归并多件"),
        input=inputs.TakeInInput,
        tone=Tone.WARNING,
        conditions=[is_unanswered],
        locks=_members_from_input,
        tells=(audiences.proposers, audiences.units),
        news=_news_of_taking_in,
    )
    def take_in(self, context: StepContext) -> None:
        """Several proposals are merged into this one, each as if by itself; all, or none."""
        numbers = context.data["members"]
        self._check_members(context, numbers)
        self._check_consent(context)
        merger = {name: value for name, value in context.data.items() if name != "members"}
        for place, number in enumerate(numbers):
            member = context.locked[number]
            context.others.append(member)
            where = f"members.{place}"
            context.then(member.merge, {**merger, "into": self.pk}, where=where, quiet=True)

    @step(
        source=S.MERGED,
        target=GET_STATE(lambda proposal, context: proposal.state_before_merging, states=MERGEABLE),
        who=who.clerk | who.director,
        label=_("解除并案"),
        input=Reason,
        tone=Tone.WARNING,
        conditions=[host_is_unanswered],
        locks=_own_host,
        tells=(audiences.proposers, audiences.units),
        news=_news_of_parting,
    )
    def unmerge(self, context: StepContext) -> None:
        """It goes its own way again, from where it stood, while no reply has been delivered.

        Who had been asked something that the merger cut off is asked again.
        """
        context.others.append(self.merged_into)
        self.merged_into, self.merged_at = None, None
        for asked in self.pre_assignments.filter(pk__in=self._cut_off(PreAssignment)):
            again = PreAssignment(proposal_id=self.pk, unit=asked.unit, role=asked.role)
            context.then(again.ask)
        for signature in self.cosignatures.filter(pk__in=self._cut_off(Cosignature)):
            context.then(Cosignature(proposal_id=self.pk, member=signature.member).ask)
        # The drafts of the host's reply no longer answer it, and its text is free to change.
        for suggestion in self.suggestions.all():
            suggestion.points.all().delete()

    def _cut_off(self, asked: type[Subject]) -> models.QuerySet[Any, Any]:
        """Keys of the questions of that kind that the last merger ended."""
        mergers = self.events.filter(subject_kind=self.kind, action=declared_step(self.merge).name)
        last = mergers.order_by("-sequence").values("call_id")[:1]
        ended = self.events.filter(call_id__in=last, subject_kind=asked.kind)
        return ended.values("subject_id")

    def _host(self, context: StepContext) -> Any:
        host = context.locked.get(context.data["into"])
        if host is None or not self._is_received_here(host):
            raise RuleBroken({"into": unknown(context.data["into"])})
        if host.pk == self.pk:
            raise RuleBroken({"into": _t("不能并入自身")})
        if refusal := refusal_of_host(host):
            raise Unmet(refusal)
        return host

    def _check_members(self, context: StepContext, numbers: Sequence[int]) -> None:
        """Refuse with every reason at once: each names the item, under its place in the input."""
        wrong = dict(self._wrong_members(context, numbers))
        unmet = {
            f"members.{place}": refusal
            for place, number in enumerate(numbers)
            if f"members.{place}" not in wrong
            and (refusal := refusal_of_member(context.locked[number], self))
        }
        if wrong:
            raise RuleBroken({**wrong, **unmet})
        if unmet:
            raise Unmet(unmet)

    def _wrong_members(
        self, context: StepContext, numbers: Sequence[int]
    ) -> Iterator[tuple[str, str]]:
        for place, number in enumerate(numbers):
            member = context.locked.get(number)
            if member is None or not self._is_received_here(member):
                yield f"members.{place}", unknown(number)
            elif member.pk == self.pk:
                yield f"members.{place}", refusal_of_member(member, self)

    def _is_received_here(self, other: Merging) -> bool:
        return other.committee_id == self.committee_id and other.received_at is not None

    def _check_consent(self, context: StepContext) -> None:
        if context.rules.review.merge_needs_consent and not context.data.get("consent_way"):
            raise RuleBroken({"consent_way": _t("本会规定并案前须征得提案者同意，请填写")})

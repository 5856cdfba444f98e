"""Third part of a proposal's life: handled together with a filed one of the same matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE

from proposals.enums import AWAITING_FILING, IN_HANDS, ReplyState, Tone
from proposals.enums import ProposalState as S
from proposals.errors import RuleBroken, Unmet
from proposals.inputs import reviewing as inputs
from proposals.inputs.fields import Reason, keys_of
from proposals.lifecycle import who
from proposals.lifecycle.reviewing import Reviewing, hosts_nothing
from proposals.lifecycle.subject import Act, Condition, step

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from proposals.models import PreAssignment, Proposal

MERGEABLE = (*AWAITING_FILING, S.FILED, S.PRE_ASSIGNED)
"""Can be merged into another: no unit works on it yet."""

HOSTS = (S.FILED, S.PRE_ASSIGNED, *IN_HANDS)
"""Can take others in: filed, and not replied to yet."""

host_is_unanswered = Condition(
    _("主件的答复已送达，不能再解除并案"),
    lambda proposal: (
        not proposal.merged_into.replies.filter(
            state__in=[ReplyState.DELIVERED, ReplyState.SUPERSEDED]
        ).exists()
    ),
)


def _host_from_input(proposal: Merging, data: Mapping[str, Any]) -> Iterable[int]:
    return keys_of([data.get("into")])


def _own_host(proposal: Merging, data: Mapping[str, Any]) -> Iterable[int]:
    return [proposal.merged_into_id] if proposal.merged_into_id else []


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

    if TYPE_CHECKING:
        pre_assignments: RelatedManager[PreAssignment]
        merged_into_id: int | None

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
        tells=("proposers",),
    )
    def merge(self, act: Act) -> None:
        """It is handled with a filed one; it keeps its receipt number and its proposers."""
        host = self._host(act)
        if act.rules.review.merge_needs_consent and not act.data.get("consent_way"):
            raise RuleBroken({"consent_way": _t("本会规定并案前须征得提案者同意，请填写")})
        for asked in self.pre_assignments.open():
            act.then(asked, "settle")
        self._let_invitations_lapse(act)
        self.merged_into, self.merged_at = host, act.at
        self.state_before_merging = self.state

    @step(
        source=S.MERGED,
        target=GET_STATE(lambda proposal, act: proposal.state_before_merging, states=MERGEABLE),
        who=who.clerk | who.director,
        label=_("解除并案"),
        input=Reason,
        tone=Tone.WARNING,
        conditions=[host_is_unanswered],
        locks=_own_host,
        tells=("proposers",),
    )
    def unmerge(self, act: Act) -> None:
        """It goes its own way again, from where it stood, while no reply has been delivered."""
        self.merged_into, self.merged_at = None, None
        # The drafts of the host's reply no longer answer it, and its text is free to change.
        for suggestion in self.suggestions.all():
            suggestion.points.all().delete()

    def _host(self, act: Act) -> Proposal:
        proposals = self.__class__._default_manager
        host = proposals.filter(pk=act.data["into"], committee=self.committee_id).first()
        if host is None or host.received_at is None:
            raise RuleBroken(
                {"into": _t("没有编号为 %(pk)s 的提案，请核对") % {"pk": act.data["into"]}}
            )
        if host.pk == self.pk:
            raise RuleBroken({"into": _t("不能并入自身")})
        if host.state not in HOSTS:
            raise Unmet(
                _t("提案 %(receipt)s 当前为“%(state)s”，只能并入已立案且尚未答复的提案")
                % {"receipt": host.receipt_no, "state": host.get_state_display()}
            )
        return host

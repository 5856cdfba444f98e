"""How a key topic (重点题目) is chosen: nominated, listed, decided on, announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_stubs_ext.db.models.manager import RelatedManager

from members.enums import DutyKind, Role
from members.models import Body, Post, Session, Unit, User
from members.punctuation import listed
from members.visibility import visible
from proposals import audiences as proposal_audiences
from proposals.enums import FILED_STATES, NEW, Tone
from proposals.errors import RuleBroken
from proposals.inputs.fields import OptionalNote, Reason, keys_of
from proposals.machine import who
from proposals.machine.step import News, StepContext, declared_step, step
from proposals.machine.subject import state_field
from proposals.models import Proposal, Theme
from supervision import audiences
from supervision.enums import KEY_STATES, KEY_UNDER_WAY, UNDECIDED_STATES
from supervision.enums import KeyTopicState as S
from supervision.inputs import key_topics as inputs
from supervision.models.topic_proposal import TopicProposal
from supervision.models.topic_subject import TopicSubject
from supervision.roles import nominator, nominator_post, office


def _own_proposals(topic: KeyTopicChoice, data: Mapping[str, Any]) -> Iterable[int]:
    return topic.links.values_list("proposal_id", flat=True) if topic.pk else []


def _named_proposals(topic: KeyTopicChoice, data: Mapping[str, Any]) -> Iterable[int]:
    """Those that the input names, and those of the theme that it names."""
    named = data.get("proposals")
    keys = keys_of(named[: inputs.MOST_PROPOSALS]) if isinstance(named, list | tuple) else []
    theme = Theme.proposals.through.objects.filter(theme__in=keys_of([data.get("theme")]))
    return {*keys, *theme.values_list("proposal_id", flat=True)}


def _own_and_named(topic: KeyTopicChoice, data: Mapping[str, Any]) -> Iterable[int]:
    return {*_own_proposals(topic, data), *_named_proposals(topic, data)}


def _announced_news(topic: KeyTopicChoice, context: StepContext) -> News:
    leaders = listed(topic.supervisors.all())
    return topic.news(
        context,
        _t("审定会议：%(meeting)s") % {"meeting": topic.meeting},
        _t("领衔督办领导：%(leaders)s") % {"leaders": leaders},
    )


class KeyTopicChoice(TopicSubject):
    """The phase in which a key topic is chosen, with the fields that it fills."""

    address = "key-topics"
    topic_path = ""

    state = state_field(S, max_length=12)
    session = models.ForeignKey(
        Session,
        verbose_name=_("会议"),
        on_delete=models.PROTECT,
        related_name="key_topics",
    )
    title = models.CharField(_("题目"), max_length=100)
    theme = models.ForeignKey(
        Theme,
        verbose_name=_("督办专题"),
        null=True,
        on_delete=models.PROTECT,
        related_name="key_topics",
    )
    reason = models.TextField(_("推荐理由"))
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    nominator_role = models.CharField(_("推荐人身份"), max_length=24, choices=Role)
    nominating_body = models.ForeignKey(
        Body,
        verbose_name=_("推荐的党派、团体或专委会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="nominated_topics",
    )
    nominating_unit = models.ForeignKey(
        Unit,
        verbose_name=_("推荐的单位"),
        null=True,
        on_delete=models.PROTECT,
        related_name="nominated_topics",
    )
    note = models.TextField(_("说明"), blank=True)
    meeting = models.CharField(_("审定会议"), max_length=200, blank=True)
    met_on = models.DateField(_("会议日期"), null=True)
    supervisors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("领衔督办领导"), related_name="key_topics"
    )
    supervising_body = models.ForeignKey(
        Body,
        verbose_name=_("协助督办的专门委员会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="supervised_topics",
    )
    participants = models.TextField(_("参加人员"), blank=True)
    methods = models.JSONField(_("督办方式"), default=list)  # Shape: codes of SupervisionMethod
    announced_at = models.DateTimeField(_("公布时间"), null=True)

    links: RelatedManager[TopicProposal]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def led_by(self, user: int) -> bool:
        """Whether the meeting named this person to lead the supervision."""
        return self.pk is not None and user in {one.pk for one in self.supervisors.all()}

    def news(self, context: StepContext, *lines: str) -> News:
        """A notice about the topic: its title, what happened, and where it is read."""
        title = _t("重点题目《%(title)s》%(step)s") % {
            "title": self.title,
            "step": context.step.label,
        }
        return News(title, [line for line in lines if line], self)

    @step(
        source=NEW,
        target=S.NOMINATED,
        who=nominator,
        label=_("推荐"),
        input=inputs.NominateInput,
        tone=Tone.PRIMARY,
        tells=(proposal_audiences.office,),
        locks=_named_proposals,
    )
    def nominate(self, context: StepContext) -> None:
        """The review, a party, a committee or a unit recommends what should be a key topic."""
        post = next(post for post in context.posts if nominator_post(post, self))
        self.nominated_by = context.responsible
        self.nominator_role = post.role
        self.nominating_body_id, self.nominating_unit_id = post.body_id, post.unit_id
        self.reason = context.data["reason"]
        proposals = self._concern(context)
        asked: Session | None = context.data["session"]
        sessions = [proposal.session for proposal in proposals if proposal.session]
        latest = self.theme.session if self.theme else max(sessions, key=_opening)
        self.session = asked or latest

    @step(
        source=UNDECIDED_STATES,
        who=office,
        label=_("调整题目"),
        input=inputs.AmendTopicInput,
        locks=_own_and_named,
    )
    def amend(self, context: StepContext) -> None:
        """Another title or other proposals, e.g. where several have nominated the same."""
        self._concern(context)

    @step(
        source=S.NOMINATED,
        target=S.LISTED,
        who=office,
        label=_("列入候选名单"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
    )
    def put_on_list(self, context: StepContext) -> None:
        """It goes on the list that the proposal committee puts before the meeting."""
        self.note = context.data["note"]

    @step(
        source=UNDECIDED_STATES,
        target=S.NOT_CHOSEN,
        who=office,
        label=_("不列入"),
        input=Reason,
        tone=Tone.WARNING,
        tells=(audiences.nominator,),
    )
    def pass_over(self, context: StepContext) -> None:
        """It does not become a key topic, before the meeting or by it; the nominator is told."""
        self.note = context.data["reason"]

    @step(
        source=S.LISTED,
        target=S.DECIDED,
        who=who.director,
        label=_("主席会议审定"),
        input=inputs.DecideInput,
        tone=Tone.PRIMARY,
        tells=(audiences.topic_leaders, audiences.supervising_body),
        locks=_own_proposals,
    )
    def decide(self, context: StepContext) -> None:
        """The chairpersons' meeting chose it and named leaders, body and methods.

        Refused beyond the quota of the year or of a theme, and for a proposal that is in
        another key topic already.
        """
        data = context.data
        self._within_quota(context)
        self._within_theme_quota(context, self.links.count())
        self._not_twice(context.locked[link.proposal_id] for link in self.links.all())
        self.supervisors.set(self._leaders(data["supervisors"], context))
        self.meeting, self.met_on = data["meeting"], data["met_on"]
        self.supervising_body = data["supervising_body"]
        self.participants = data["participants"]
        self.methods = list(dict.fromkeys(data["methods"]))

    @step(
        source=S.DECIDED,
        who=who.director,
        label=_("调整已审定题目"),
        input=inputs.AmendTopicInput,
        locks=_own_and_named,
    )
    def correct(self, context: StepContext) -> None:
        """What the meeting decided is put right, e.g. where a proposal was withdrawn since."""
        proposals = self._concern(context)
        self._not_twice(proposals)
        self._within_theme_quota(context, len(proposals))

    @step(
        source=S.DECIDED,
        target=S.ANNOUNCED,
        who=who.director,
        label=_("公布"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
        opens=[DutyKind.SUPERVISION_PLAN, DutyKind.SUPERVISION],
        tells=(
            audiences.topic_leaders,
            audiences.supervising_body,
            proposal_audiences.office,
            proposal_audiences.proposers,
            proposal_audiences.units,
        ),
        news=_announced_news,
        locks=_own_proposals,
    )
    def announce(self, context: StepContext) -> None:
        """It is public from now on, and its proposals are key proposals.

        One that is answered already, or key already, stays as it is.
        """
        self.announced_at = context.at
        for link in self.links.order_by("proposal_id"):
            proposal = context.locked[link.proposal_id]
            if proposal.state not in FILED_STATES:
                raise RuleBroken(
                    {
                        "proposals": _t("%(proposal)s现为“%(state)s”，请先调整题目")
                        % {
                            "proposal": proposal.named,
                            "state": proposal.get_state_display(),
                        }
                    }
                )
            context.others.append(proposal)
            designate = proposal.designate_key
            if not proposal.is_key and proposal.state in declared_step(designate).source:
                context.then(designate, {"meeting": self.meeting}, quiet=True)

    # -- What the steps share -------------------------------------------------------------

    def _concern(self, context: StepContext) -> list[Proposal]:
        """Set title, theme and proposals from the input; those the nominator may name."""
        data = context.data
        self.theme = self._theme(data["theme"], context)
        keys = set(data["proposals"])
        if self.theme is not None:
            keys |= set(self.theme.proposals.values_list("pk", flat=True))
        proposals = self._visible_proposals(keys, context)
        self.title = data["title"] or self.title or self._usual_title(proposals)
        context.after.append(lambda: self._link(proposals))
        return proposals

    def _theme(self, key: int | None, context: StepContext) -> Theme | None:
        if key is None:
            return None
        themes = visible(context.reader, Theme.objects.filter(committee=self.committee_id))
        theme = themes.filter(pk=key).first()
        if theme is None:
            raise RuleBroken({"theme": _t("没有编号为 %(pk)s 的督办专题") % {"pk": key}})
        return theme

    def _visible_proposals(self, keys: Iterable[int], context: StepContext) -> list[Proposal]:
        """Filed proposals of the committee; what the nominator may not see is not there."""
        filed = Proposal.objects.filter(
            pk__in=keys, committee=self.committee_id, state__in=FILED_STATES
        )
        rows = visible(context.reader, filed.select_related("session"))
        found = list(rows.order_by("pk"))
        if missing := set(keys) - {proposal.pk for proposal in found}:
            numbers = listed(sorted(missing))
            raise RuleBroken(
                {
                    "proposals": _t("没有编号为 %(numbers)s 的已立案提案，请核对")
                    % {"numbers": numbers}
                }
            )
        if not found:
            raise RuleBroken({"theme": _t("专题内没有提案")})
        return found

    def _usual_title(self, proposals: Sequence[Proposal]) -> str:
        if self.theme is not None:
            return self.theme.name
        if len(proposals) > 1:
            raise RuleBroken({"title": _t("由几件提案组成的题目，请填写题目")})
        return proposals[0].title[:100]

    def _link(self, proposals: Sequence[Proposal]) -> None:
        """The rows that link it to its proposals."""
        wanted = {proposal.pk for proposal in proposals}
        self.links.exclude(proposal__in=wanted).delete()
        present = set(self.links.values_list("proposal_id", flat=True))
        TopicProposal.objects.bulk_create(
            TopicProposal(topic_id=self.pk, proposal_id=key) for key in sorted(wanted - present)
        )

    def _not_twice(self, proposals: Iterable[Proposal]) -> None:
        """Refuse a proposal that another key topic has; the proposals are locked."""
        for proposal in proposals:
            other = (
                TopicProposal.objects.filter(proposal=proposal, topic__state__in=KEY_UNDER_WAY)
                .exclude(topic=self.pk)
                .select_related("topic")
                .last()
            )
            if other is not None:
                raise RuleBroken(
                    {
                        "proposals": _t("%(proposal)s已在重点题目《%(topic)s》之内")
                        % {"proposal": proposal.named, "topic": other.topic}
                    }
                )

    def _within_quota(self, context: StepContext) -> None:
        """Refuse one topic more than the rulebook allows for the session's year."""
        quota = context.rules.key_proposals.quota
        if not quota:
            return
        Session.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.session_id)
        chosen = self.session.key_topics.filter(state__in=KEY_STATES).count()
        if chosen >= quota:
            raise RuleBroken(
                _t("本次会议的重点题目不超过 %(quota)s 个，已审定 %(chosen)s 个")
                % {"quota": quota, "chosen": chosen}
            )

    @staticmethod
    def _within_theme_quota(context: StepContext, count: int) -> None:
        quota = context.rules.key_proposals.theme_quota
        if quota and count > quota:
            raise RuleBroken(
                _t("一个专题最多含 %(quota)s 件提案，现有 %(count)s 件，请先调整题目")
                % {"quota": quota, "count": count}
            )

    def _leaders(self, keys: Sequence[int], context: StepContext) -> list[User]:
        """The named people, each of whom holds the post of a leading supervisor."""
        posts = Post.objects.held_on(context.day).filter(
            role=Role.LEADING_SUPERVISOR,
            committee=self.committee_id,
            user__in=keys,
            user__is_active=True,
        )
        found = {post.user_id: post.user for post in posts.select_related("user")}
        for at, key in enumerate(keys):
            if key not in found:
                raise RuleBroken(
                    {
                        f"supervisors.{at}": _t(
                            "编号为 %(pk)s 的用户不是领衔督办领导，请从列表中选择"
                        )
                        % {"pk": key}
                    }
                )
        return list(found.values())


def _opening(session: Session) -> datetime:
    return session.collection_opens_at

"""A key topic (重点题目): chosen, announced, supervised by a leader, reported on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from members.enums import DutyKind, Role
from members.models import Post, Session
from members.punctuation import clauses, listed
from proposals.enums import FILED_STATES, NEW, Tone
from proposals.errors import RuleBroken
from proposals.inputs.fields import OptionalNote, Reason, keys_of
from proposals.machine import who
from proposals.machine.subject import Condition, News, StepContext, Subject, step
from proposals.machine.who import Who
from proposals.models import Proposal, Theme
from proposals.permissions import visible
from supervision.enums import KEY_STATES, InstructionState, MilestoneState
from supervision.enums import KeyTopicState as S
from supervision.inputs import key_topics as inputs

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from members.models import Body, User
    from supervision.models import (
        Activity,
        Instruction,
        Milestone,
        Problem,
        TopicFile,
        TopicProposal,
    )

UNDECIDED = (S.NOMINATED, S.LISTED)
GOING_ON = (S.ANNOUNCED, S.SUPERVISING)


def _in_committee(post: Post, subject: Any) -> bool:
    return post.committee_id == subject.committee_id


def _supervises(post: Post, subject: Any) -> bool:
    """The body that helps to supervise the topic, or that the topic of a milestone is."""
    topic = getattr(subject, "topic", subject)
    return post.body_id is not None and post.body_id == topic.supervising_body_id


def _leads(post: Post, subject: Any) -> bool:
    """A leader of the committee whom the meeting named for this topic."""
    return _in_committee(post, subject) and subject.led_by(post.user_id)


office = who.clerk | who.director
nominator = Who(
    Role.COMMITTEE_CLERK,
    Role.COMMITTEE_REVIEWER,
    Role.COMMITTEE_DIRECTOR,
    Role.ASSIGNING_OFFICER,
    Role.COLLECTIVE_CONTACT,
    Role.UNIT_LIAISON,
    scope=_in_committee,
)
body_contact = Who(Role.COLLECTIVE_CONTACT, scope=_supervises)
leading_supervisor = Who(Role.LEADING_SUPERVISOR, scope=_leads)

milestones_are_settled = Condition(
    _("尚有未到的督办节点，请先记录完成情况，或延后、取消"),
    lambda topic: all(row.state != MilestoneState.PLANNED for row in topic.milestones.all()),
)


def _own_proposals(topic: KeyTopicLifecycle, data: Mapping[str, Any]) -> Iterable[int]:
    return topic.links.values_list("proposal_id", flat=True) if topic.pk else []


def _named_proposals(topic: KeyTopicLifecycle, data: Mapping[str, Any]) -> Iterable[int]:
    """Those that the input names, and those of the theme that it names."""
    named = data.get("proposals")
    keys = keys_of(named[: inputs.MOST_PROPOSALS]) if isinstance(named, list | tuple) else []
    theme = Theme.proposals.through.objects.filter(theme__in=keys_of([data.get("theme")]))
    return {*keys, *theme.values_list("proposal_id", flat=True)}


def _own_and_named(topic: KeyTopicLifecycle, data: Mapping[str, Any]) -> Iterable[int]:
    return {*_own_proposals(topic, data), *_named_proposals(topic, data)}


def news_of(topic: Any, step: Any, *lines: str) -> News:
    """A notice about a topic: its title, what happened, and where it is read."""
    title = _t("重点题目《%(title)s》%(step)s") % {"title": topic.title, "step": step.label}
    return News(title, [line for line in lines if line], topic)


def _news(topic: Any, context: StepContext) -> News:
    return news_of(topic, context.step)


def _announced_news(topic: Any, context: StepContext) -> News:
    leaders = listed(topic.supervisors.all())
    return news_of(
        topic,
        context.step,
        _t("审定会议：%(meeting)s") % {"meeting": topic.meeting},
        _t("领衔督办领导：%(leaders)s") % {"leaders": leaders},
    )


class KeyTopicLifecycle(Subject):
    """The machine of a key topic; it belongs to no single proposal."""

    state = FSMField(
        _("状态"), choices=S, default=NEW, protected=True, editable=False, max_length=12
    )
    committee = models.ForeignKey("members.Committee", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        "members.Session",
        verbose_name=_("会议"),
        on_delete=models.PROTECT,
        related_name="key_topics",
    )
    title = models.CharField(_("题目"), max_length=100)
    theme = models.ForeignKey(
        "proposals.Theme",
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
        "members.Body",
        verbose_name=_("推荐的党派、团体或专委会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="nominated_topics",
    )
    nominating_unit = models.ForeignKey(
        "members.Unit",
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
        "members.Body",
        verbose_name=_("协助督办的专门委员会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="supervised_topics",
    )
    participants = models.TextField(_("参加人员"), blank=True)
    methods = models.JSONField(_("督办方式"), default=list)  # Shape: codes of SupervisionMethod
    announced_at = models.DateTimeField(_("公布时间"), null=True)
    plan = models.TextField(_("督办方案"), blank=True)
    planned_at = models.DateTimeField(_("方案制定时间"), null=True)
    settled_at = models.DateTimeField(_("全部节点了结时间"), null=True)
    report = models.TextField(_("督办情况报告"), blank=True)
    reported_at = models.DateTimeField(_("报告提交时间"), null=True)
    review_note = models.TextField(_("审阅意见"), blank=True)
    concluded_at = models.DateTimeField(_("督办完成时间"), null=True)

    if TYPE_CHECKING:
        theme: Theme | None  # type: ignore[no-redef]
        supervising_body: Body | None  # type: ignore[no-redef]
        links: RelatedManager[TopicProposal]
        milestones: RelatedManager[Milestone]
        instructions: RelatedManager[Instruction]
        activities: RelatedManager[Activity]
        problems: RelatedManager[Problem]
        files: RelatedManager[TopicFile]
        proposals: models.Manager[Proposal]
        reply_due_at: datetime | None
        time_limits: Callable[[], Sequence[tuple[str, date]]]

    class Meta:
        abstract = True

    # -- Choosing -------------------------------------------------------------------------

    @step(
        source=NEW,
        target=S.NOMINATED,
        who=nominator,
        label=_("推荐"),
        input=inputs.NominateInput,
        tone=Tone.PRIMARY,
        tells=("office",),
        news=_news,
        locks=_named_proposals,
    )
    def nominate(self, context: StepContext) -> None:
        """The review, a party, a committee or a unit recommends what should be a key topic."""
        post = next(post for post in context.posts if nominator_post(post, self))
        self.nominated_by = context.person
        self.nominator_role = post.role
        self.nominating_body_id, self.nominating_unit_id = post.body_id, post.unit_id
        self.reason = context.data["reason"]
        proposals = self._concern(context)
        asked: Session | None = context.data["session"]
        sessions = [proposal.session for proposal in proposals if proposal.session]
        latest = self.theme.session if self.theme else max(sessions, key=_opening)
        self.session = asked or latest

    @step(
        source=UNDECIDED,
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
        source=UNDECIDED,
        target=S.NOT_CHOSEN,
        who=office,
        label=_("不列入"),
        input=Reason,
        tone=Tone.WARNING,
        tells=("nominator",),
        news=_news,
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
        tells=("topic_leaders", "supervising_body"),
        news=_news,
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
        tells=("topic_leaders", "supervising_body", "office", "proposers", "units"),
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
            designate = proposal.all_steps()["designate_key"]
            if not proposal.is_key and proposal.state in designate.source:
                context.then(proposal, designate.name, {"meeting": self.meeting}, quiet=True)

    # -- Supervising ----------------------------------------------------------------------

    @step(
        source=S.ANNOUNCED,
        target=S.SUPERVISING,
        who=who.clerk | body_contact,
        label=_("制定督办方案"),
        input=inputs.PlanInput,
        tone=Tone.PRIMARY,
        closes=[DutyKind.SUPERVISION_PLAN],
        tells=("topic_leaders", "topic_units"),
        news=_news,
    )
    def make_plan(self, context: StepContext) -> None:
        """The plan of supervision, with milestones that are each owed by their own day.

        One that lies after the end of supervision or after a reply is due is kept only with a
        reason, and stays marked.
        """
        self.plan, self.planned_at = context.data["text"], context.at
        for at, row in enumerate(context.data["milestones"]):
            self._plan_milestone(context, row, f"milestones.{at}.due_on")

    @step(
        source=S.SUPERVISING,
        who=who.clerk | body_contact,
        label=_("增加督办节点"),
        input=inputs.AddMilestoneInput,
        cancels=[DutyKind.SUPERVISION_REPORT],
        tells=("topic_leaders",),
        news=_news,
    )
    def add_milestone(self, context: StepContext) -> None:
        """A further milestone; the report waits for it too."""
        self.settled_at = None
        self._plan_milestone(context, context.data, "due_on")

    @step(
        source=(S.ANNOUNCED, S.SUPERVISING, S.REPORTED),
        who=who.clerk | body_contact | leading_supervisor,
        label=_("记录督办活动"),
        input=inputs.ActivityInput,
    )
    def record_activity(self, context: StepContext) -> None:
        """What was done: time, place, people, findings, photographs and papers."""
        data = context.data
        activity = self.activities.create(
            held_at=data["held_at"],
            place=data["place"],
            method=data["method"],
            people=data["people"],
            findings=data["findings"],
            recorded_by=context.person,
            recorded_at=context.at,
        )
        self._keep_files(context, activity)

    @step(
        source=(S.ANNOUNCED, S.SUPERVISING, S.REPORTED),
        who=office | body_contact,
        label=_("上报问题"),
        input=inputs.ProblemInput,
        tells=("topic_leaders",),
        news=lambda topic, context: news_of(
            topic, context.step, context.data["to_whom"], context.data["text"]
        ),
    )
    def report_problem(self, context: StepContext) -> None:
        """A problem is written up for the leaders of the party and the government."""
        self.problems.create(
            to_whom=context.data["to_whom"],
            text=context.data["text"],
            reported_by=context.person,
            reported_at=context.at,
        )

    @step(
        source=(S.ANNOUNCED, S.SUPERVISING, S.REPORTED, S.CONCLUDED),
        who=office,
        label=_("登记领导批示"),
        input=inputs.InstructionInput,
    )
    def record_instruction(self, context: StepContext) -> None:
        """A leader's instruction (批示); every unit that it asks owes a follow-up."""
        data = context.data
        number = (self.instructions.aggregate(last=models.Max("number"))["last"] or 0) + 1
        instructions = self.instructions.model
        for unit in data["units"] or [None]:
            instruction = instructions(
                committee_id=self.committee_id,
                topic_id=self.pk,
                number=number,
                unit=unit,
                leader=data["leader"],
                text=data["text"],
                given_on=data["given_on"],
            )
            context.then(instruction, "give")

    @step(
        source=S.SUPERVISING,
        who=who.system,
        label=_("节点全部了结"),
        opens=[DutyKind.SUPERVISION_REPORT],
    )
    def settle_milestones(self, context: StepContext) -> None:
        """The last milestone is met or given up; what remains is the report."""
        self.settled_at = context.at

    @step(
        source=S.SUPERVISING,
        who=who.system,
        label=_("节点重新安排"),
        cancels=[DutyKind.SUPERVISION_REPORT],
    )
    def resume_milestones(self, context: StepContext) -> None:
        """A milestone has another day; the report waits for it again."""
        self.settled_at = None

    # -- Reporting ------------------------------------------------------------------------

    @step(
        source=S.SUPERVISING,
        target=S.REPORTED,
        who=who.clerk | body_contact,
        label=_("提交督办报告"),
        input=inputs.ReportInput,
        tone=Tone.PRIMARY,
        conditions=[milestones_are_settled],
        closes=[DutyKind.SUPERVISION, DutyKind.SUPERVISION_REPORT],
        tells=("topic_leaders", "office"),
        news=_news,
    )
    def submit_report(self, context: StepContext) -> None:
        """The report on the supervision goes to the leading supervisor."""
        self.report, self.reported_at = context.data["text"], context.at
        self._keep_files(context)

    @step(
        source=S.REPORTED,
        target=S.CONCLUDED,
        who=leading_supervisor,
        label=_("审定督办报告"),
        input=OptionalNote,
        tone=Tone.PRIMARY,
        tells=("supervising_body", "office"),
        news=_news,
    )
    def accept_report(self, context: StepContext) -> None:
        """The leader agrees with the report; supervision is at its end.

        What follows a leader's instruction goes on.
        """
        self.review_note, self.concluded_at = context.data["note"], context.at
        for milestone in self.milestones.filter(state=MilestoneState.MISSED):
            context.then(milestone, "lapse")

    @step(
        source=S.REPORTED,
        target=S.SUPERVISING,
        who=leading_supervisor,
        label=_("退回督办报告"),
        input=Reason,
        tone=Tone.WARNING,
        opens=[DutyKind.SUPERVISION_REPORT],
        tells=("supervising_body", "office"),
        news=_news,
    )
    def send_back_report(self, context: StepContext) -> None:
        """The leader wants more; the report is owed anew."""
        self.review_note = context.data["reason"]

    @step(
        source=(S.DECIDED, S.ANNOUNCED, S.SUPERVISING, S.REPORTED),
        target=S.CANCELLED,
        who=who.director,
        label=_("取消督办"),
        input=Reason,
        tone=Tone.DANGER,
        cancels=[
            DutyKind.SUPERVISION_PLAN,
            DutyKind.SUPERVISION,
            DutyKind.SUPERVISION_REPORT,
        ],
        tells=("topic_leaders", "supervising_body", "topic_units"),
        news=_news,
    )
    def cancel(self, context: StepContext) -> None:
        """It is no longer supervised; nothing is owed for it any more."""
        self.note = context.data["reason"]
        for milestone in self.milestones.filter(
            state__in=(MilestoneState.PLANNED, MilestoneState.MISSED)
        ):
            context.then(milestone, "lapse")
        for instruction in self.instructions.filter(state=InstructionState.OPEN):
            context.then(instruction, "lapse")

    # -- What the steps share -------------------------------------------------------------

    @property
    def duty_body_id(self) -> int | None:
        """The body that owes plan, milestones and report; without one the office does."""
        return self.supervising_body_id

    def led_by(self, user: int) -> bool:
        """Whether the meeting named this person to lead the supervision."""
        return self.pk is not None and user in {one.pk for one in self.supervisors.all()}

    def warnings_about(self, day: date) -> list[str]:
        """In what a milestone on ``day`` contradicts the time limits, in words."""
        return [
            _t("%(day)s 晚于%(limit)s %(due)s") % {"day": day, "limit": words, "due": due}
            for words, due in self.time_limits()
            if day > due
        ]

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
        themes = visible(
            context.person, Theme.objects.filter(committee=self.committee_id), context.day
        )
        theme = themes.filter(pk=key).first()
        if theme is None:
            raise RuleBroken({"theme": _t("没有编号为 %(pk)s 的督办专题") % {"pk": key}})
        return theme

    def _visible_proposals(self, keys: Iterable[int], context: StepContext) -> list[Proposal]:
        """Filed proposals of the committee; what the nominator may not see is not there."""
        filed = Proposal.objects.filter(
            pk__in=keys, committee=self.committee_id, state__in=FILED_STATES
        )
        rows = visible(context.person, filed.select_related("session"), context.day)
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
        """The rows that say which proposals it is of."""
        wanted = {proposal.pk for proposal in proposals}
        self.links.exclude(proposal__in=wanted).delete()
        present = set(self.links.values_list("proposal_id", flat=True))
        self.links.bulk_create(
            self.links.model(topic_id=self.pk, proposal_id=key) for key in sorted(wanted - present)
        )

    def _not_twice(self, proposals: Iterable[Proposal]) -> None:
        """Refuse a proposal that another key topic has; the proposals are locked."""
        for proposal in proposals:
            topics: models.Manager[Any] = type(self)._default_manager
            other = (
                topics.filter(links__proposal=proposal, state__in=KEY_STATES)
                .exclude(pk=self.pk)
                .exclude(state=S.CONCLUDED)
                .first()
            )
            if other is not None:
                raise RuleBroken(
                    {
                        "proposals": _t("%(proposal)s已在重点题目《%(topic)s》之内")
                        % {"proposal": proposal.named, "topic": other}
                    }
                )

    def _within_quota(self, context: StepContext) -> None:
        """Refuse one topic more than the rulebook allows for the session's year."""
        quota = context.rules.key_proposals.quota
        if not quota:
            return
        Session.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.session_id)
        chosen = type(self)._default_manager.filter(session=self.session_id, state__in=KEY_STATES)
        if chosen.count() >= quota:
            raise RuleBroken(
                _t("本次会议的重点题目不超过 %(quota)s 个，已审定 %(chosen)s 个")
                % {"quota": quota, "chosen": chosen.count()}
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

    def _plan_milestone(self, context: StepContext, row: Mapping[str, Any], where: str) -> None:
        """A milestone of the plan, owed by its day; a contradiction needs a reason."""
        warnings = self.warnings_about(row["due_on"])
        if warnings and not context.data["despite"]:
            raise RuleBroken(
                {where: clauses([*warnings, _t("确需如此的，请填写超出期限的理由")])},
                code="contradicts",
            )
        milestone = self.milestones.model(
            committee_id=self.committee_id,
            topic_id=self.pk,
            name=row["name"],
            due_on=row["due_on"],
            first_due_on=row["due_on"],
            method=row["method"],
            despite=context.data["despite"] if warnings else "",
        )
        context.then(milestone, "plan")

    def _keep_files(self, context: StepContext, activity: Activity | None = None) -> None:
        topic: Any = self
        for at, upload in enumerate(context.data["files"]):
            self.files.model.take_in(topic, upload, context, activity=activity, where=f"files.{at}")


def nominator_post(post: Post, topic: KeyTopicLifecycle) -> bool:
    """Whether it is by this post that somebody nominates."""
    return post.role in nominator.roles() and _in_committee(post, topic)


def _opening(session: Session) -> datetime:
    return session.collection_opens_at

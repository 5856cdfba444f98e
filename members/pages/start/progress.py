"""The progress of the set-up, read from what exists, so that it can be interrupted."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.models import Committee
from members.pages.settings.administered import committees
from members.permissions import require
from members.punctuation import Text
from members.reader import Reader, reader_of

SETUP_STATE = "start"
"""The preference that holds the choices of the set-up that are in no row yet."""


@dataclass(frozen=True)
class SetupStep:
    """A step of the setting up; ``name`` ends its address."""

    name: str
    label: Text

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("start_step", args=[self.name])


STEPS = (
    SetupStep("preset", _("选择规则")),
    SetupStep("committee", _("委员会")),
    SetupStep("session", _("届次与征集时间")),
    SetupStep("import", _("导入名单")),
    SetupStep("invite", _("邀请")),
    SetupStep("done", _("完成")),
)
"""The steps in their order; the first account is made before."""


@dataclass
class Progress:
    """What is done, and where it goes on; ``here`` is the step of the page."""

    reader: Reader
    here: str = ""
    committee: Committee | None = None
    done: set[str] = field(default_factory=set)

    @property
    def state(self) -> dict[str, Any]:
        """What was chosen and is in no row yet."""
        return dict(self.reader.user.preferences.get(SETUP_STATE, {}))

    def remember(self, **news: Any) -> None:
        """Remember it for the next time."""
        self.reader.user.preferences[SETUP_STATE] = {**self.state, **news}
        self.reader.user.save(update_fields=["preferences"])

    def skip(self, name: str) -> None:
        """Go on without this step."""
        self.remember(skipped=sorted({*self.state.get("skipped", []), name}))
        self.done.add(name)

    @property
    def next(self) -> SetupStep:
        """The first step that is not done."""
        return next((step for step in STEPS if step.name not in self.done), STEPS[-1])

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each step, whether it is done, whether it can be gone to."""
        reachable = [step.name for step in STEPS[: STEPS.index(self.next) + 1]]
        return [
            {
                "step": step,
                "done": step.name in self.done,
                "here": step.name == self.here,
                "reachable": step.name in reachable or step.name in self.done,
            }
            for step in STEPS
        ]

    @property
    def number(self) -> int:
        """Which step this page is, from 1."""
        return next((at for at, step in enumerate(STEPS, 1) if step.name == self.here), 0)


def progress_of(reader: Reader, here: str = "") -> Progress:
    """How far the reader has come with the committee that they are setting up."""
    found = Progress(reader, here)
    state = found.state
    own = committees(reader).filter(is_sample=False)
    found.committee = own.filter(pk=state.get("committee", 0)).first()
    if found.committee is None and not reader.reach.platform:
        found.committee = own.first()
    found.done = {*state.get("skipped", [])} if found.committee else set()
    if state.get("preset"):
        found.done.add("preset")
    if found.committee is not None:
        found.done |= {"preset", "committee"} | _told_by_rows(found.committee, reader)
        if state.get("finished"):
            found.done.add("done")
    return found


def _told_by_rows(committee: Committee, reader: Reader) -> set[str]:
    tells = {
        "session": committee.sessions.exists(),
        "import": committee.members.exists(),
        "invite": committee.posts.exclude(user=reader.user).exists(),
    }
    return {name for name, is_done in tells.items() if is_done}


def set_up_by(request: HttpRequest, here: str) -> Progress:
    """The progress of a reader who sets something up; raises PermissionDenied for others."""
    reader = reader_of(request)
    require(None if sets_up(reader) else _t("只有管理员可以设置"))
    return progress_of(reader, here)


def sets_up(reader: Reader) -> bool:
    """Whether somebody sets up the platform or a committee."""
    return reader.reach.administers or reader.user.is_superuser


def is_waiting(reader: Reader) -> bool:
    """Whether the platform waits to be set up by this person: it has no committee yet."""
    if not (reader.reach.platform or reader.user.is_superuser):
        return False
    return not Committee.objects.exists()


def unfinished(reader: Reader) -> dict[str, Any] | None:
    """The part of the first page for somebody who has not finished setting up a committee."""
    state = reader.user.preferences.get(SETUP_STATE)
    if not state or state.get("finished"):
        return None
    found = progress_of(reader)
    return {"progress": found} if found.committee is not None else None

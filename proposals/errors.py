"""Every way to refuse, with what the reader needs to go on.

Each is an API exception with a status of its own; pages show the same sentence. ``extra`` joins
the body: a refusal that speaks of another proposal carries it there as ``proposal``.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError

from members.punctuation import listed


def speaking_of(proposal: Any) -> dict[str, Any]:
    """The ``extra`` of a refusal that points to another proposal."""
    return {
        "proposal": {
            "id": proposal.pk,
            "receipt_no": proposal.receipt_no,
            "case_no": proposal.case_no,
            "title": proposal.title,
            "link": proposal.link,
        }
    }


class RuleBroken(ValidationError):
    """The input breaks a rule; the detail names the field, the rule and the remedy (400)."""

    def __init__(
        self, detail: Any = None, code: str | None = None, *, extra: dict[str, Any] | None = None
    ) -> None:
        self.extra: dict[str, Any] = extra or {}
        super().__init__(detail, code)

    def at(self, where: str) -> RuleBroken:
        """The same refusal, of a part of a larger input, e.g. ``items.3``."""
        detail = self.detail if isinstance(self.detail, dict) else {"non_field_errors": self.detail}
        placed = {f"{where}.{name}": messages for name, messages in detail.items()}
        return RuleBroken(placed, extra=self.extra)


class NotYours(PermissionDenied):
    """The reader sees the subject but the step is for others; names their roles (403)."""

    def __init__(self, step_label: str, roles: list[str]) -> None:
        self.roles = roles
        super().__init__(
            _("“%(step)s”由以下人员办理：%(roles)s") % {"step": step_label, "roles": listed(roles)}
        )


class Conflict(APIException):
    """The subject is not as the caller thought (409).

    ``extra`` tells the current state and version, what happened since the caller's version,
    and the steps that the caller may take now. A ``detail`` by place in the input, such as
    ``{"members.2": "…"}``, tells which part of it is meant.
    """

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = _("对象已发生变化，请刷新后重试")

    def __init__(self, detail: Any = None, code: str | None = None) -> None:
        self.extra: dict[str, Any] = {}
        super().__init__(detail, code)

    def at(self, where: str) -> Conflict:
        """The same refusal, of a part of a larger input, e.g. ``items.3``."""
        told = Conflict(f"{where}: {self.detail}", self.default_code)
        told.extra = {**self.extra, "item": where}
        return told


class WrongState(Conflict):
    """The step does not lead away from the present state."""

    default_code = "wrong_state"

    def __init__(self, step_label: str, state_label: str) -> None:
        super().__init__(
            _("当前状态为“%(state)s”，不能“%(step)s”") % {"state": state_label, "step": step_label}
        )


class WithItsHost(WrongState):
    """The proposal is handled with the one that it was merged into; the step is for that one."""

    def __init__(self, step_label: str, host: Any) -> None:
        Conflict.__init__(
            self,
            _(
                "本件已并入%(host)s，不能“%(step)s”；请到主件办理，确须单独办理的，"
                "请提案委先解除并案"
            )
            % {"host": host.named, "step": step_label},
        )
        self.extra = speaking_of(host)


class Stale(Conflict):
    """The caller acted on an older version than the present one."""

    default_code = "stale_version"
    default_detail = _("您看到的不是最新版本，请查看变化后重新提交")


class Unmet(Conflict):
    """A condition of the step does not hold yet; the detail says which."""

    default_code = "condition_unmet"


class TooLate(Conflict):
    """The time limit for the step has passed."""

    default_code = "too_late"


class Busy(Conflict):
    """The database could not serialise the call with a simultaneous one; nothing was done."""

    default_code = "busy"
    default_detail = _("其他人正在办理同一件提案，请稍后重试")


class KeyReused(APIException):
    """An idempotency key came back with another request (422)."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = _("该 Idempotency-Key 已用于另一个请求，请换用新的值")

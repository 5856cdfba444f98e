"""What people keep around their work: keys, files, phrases, jobs, views, mail on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from members.enums import JobState, OutgoingState
from members.models import Job, SavedView, User
from proposals.models import Attachment, Phrase, Proposal
from supervision.models import Activity, KeyTopic, TopicFile
from tests.factories import members as make
from tests.factories import supervision as put
from tests.factories.proposals import ClueFactory
from tests.proposals.conftest import Life
from tests.proposals.subjects_in_every_state import NOW

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def add_personal_records(full_committee: Any) -> None:
    """Add it all for the people of the committee."""
    add_second_factors(full_committee.users["auditor"])
    SocialAccount.objects.create(user=full_committee.users["auditor"], provider="weixin", uid="1")
    signatory = full_committee.users["A signatory"]
    signatory.set_unusable_password()  # signs in by the office's own server
    signatory.save()
    begin_setup(full_committee.users["administrator"], full_committee)
    add_supervision_activities(full_committee.users["clerk"])
    add_files(full_committee.users["clerk"])
    for name in ("clerk", "A liaison", "lead"):
        add_jobs(full_committee.users[name])
    add_phrases_and_views(full_committee)
    add_deliveries(full_committee)
    next_year = (NOW + timedelta(days=300)).date()
    make.RulebookFactory(committee=full_committee.committee, effective_from=next_year)
    put.CalendarChangeFactory(committee=full_committee.committee)
    ClueFactory(committee=full_committee.committee)


def add_second_factors(user: User) -> None:
    """An authenticator, a passkey and codes for the day when both are lost."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    WebAuthn.add(user, "κλειδί", credential())


def credential() -> dict[str, Any]:
    """What a browser answers when a passkey is added."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    flags = AuthenticatorData.FLAG.USER_PRESENT | AuthenticatorData.FLAG.ATTESTED
    key = AttestedCredentialData.create(Aaguid(bytes(16)), b"key", public)
    seen = AttestationObject.create("none", AuthenticatorData.create(bytes(32), flags, 0, key), {})
    said = CollectedClientData.create("webauthn.create", b"challenge", "https://localhost")
    return {
        "id": websafe_encode(b"key"),
        "rawId": websafe_encode(b"key"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(seen),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


def begin_setup(user: User, full_committee: Any) -> None:
    """Somebody has not ended the setting up of their committee."""
    user.preferences["start"] = {"preset": "county", "committee": full_committee.committee.pk}
    user.save(update_fields=["preferences"])


def add_supervision_activities(user: User) -> None:
    """Key topics that were decided have been visited and, where it is due, reported on."""
    decided = KeyTopic.objects.filter(announced_at__isnull=False)
    decided.update(meeting="主席会议", report="已督办。", reported_at=NOW)
    Activity.objects.bulk_create(
        Activity(
            topic=topic,
            held_at=NOW,
            place="某街",
            method="site",
            people="李某",
            findings="属实。",
            recorded_by=user,
            recorded_at=NOW,
        )
        for topic in decided
    )


def add_files(user: User) -> None:
    """A file beside every proposal, every activity and every report: all the same one."""
    name = default_storage.save("case/file", ContentFile("文".encode()))
    own: dict[str, Any] = {
        "name": "附件.txt",
        "extension": "txt",
        "size": 3,
        "sha256": "0" * 64,
        "file": name,
        "uploaded_by": user,
        "uploaded_at": NOW,
    }
    Attachment.objects.bulk_create(
        Attachment(proposal=proposal, stage="proposal", **own)
        for proposal in Proposal.objects.all()
    )
    TopicFile.objects.filter(file="").update(file=name)
    TopicFile.objects.bulk_create(TopicFile(topic=row, **own) for row in KeyTopic.objects.all())
    TopicFile.objects.bulk_create(
        TopicFile(topic=row.topic, activity=row, **own) for row in Activity.objects.all()
    )


def add_jobs(user: User) -> None:
    """One in each state."""
    for state in JobState:
        ended = NOW if state in (JobState.DONE, JobState.FAILED) else None
        Job.objects.create(
            kind="bulk",
            title="批量办理",
            owner=user,
            state=state,
            done=1,
            total=2,
            trouble="出错" if state == JobState.FAILED else "",
            asked_at=NOW,
            heard_at=NOW,
            finished_at=ended,
        )


def add_phrases_and_views(full_committee: Any) -> None:
    """Phrases of the committee and of a unit; a view of one's own and one of all clerks."""
    for unit in (None, full_committee.units["A"]):
        Phrase.objects.create(
            committee=full_committee.committee, unit=unit, title="开头", text="收悉。"
        )
    clerk = full_committee.users["clerk"]
    for name, role in (("本人", ""), ("共享", "committee_clerk")):
        SavedView.objects.create(
            owner=clerk,
            worklist="proposals",
            name=name,
            query="q=1",
            shared_with=role,
            committee=full_committee.committee if role else None,
        )


def add_deliveries(full_committee: Any) -> None:
    """Messages and calls in every state."""
    hook = make.WebhookFactory(committee=full_committee.committee)
    for state in OutgoingState:
        notice = make.NoticeFactory(recipient=full_committee.users["clerk"], created_at=NOW)
        sent = NOW if state == OutgoingState.SENT else None
        make.DeliveryFactory(notice=notice, state=state, sent_at=sent)
        make.WebhookCallFactory(webhook=hook, state=state, sent_at=sent)


def leave_requests_open(full_committee: Life) -> None:
    """Steps of which somebody else is to take the next one."""
    text = full_committee.drafted("cosigner")
    full_committee["cosigner"].does("invite", text, members=[full_committee.members["lead"].pk])
    units = [{"unit": full_committee.units["A"].pk, "role": "sole"}]
    full_committee["assigner"].does("pre_assign", full_committee.filed(), units=units)

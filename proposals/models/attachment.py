"""Attachments: typed by content, limited by the rulebook, stored outside the web root."""

from __future__ import annotations

import codecs
import hashlib
import uuid
from typing import Any

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.punctuation import listed
from members.rules import Attachments
from proposals.enums import AttachmentStage
from proposals.errors import RuleBroken
from proposals.machine.step import StepContext
from proposals.machine.subject import Subject


def _place(row: StoredFile, name: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{row.committee_id}/{uuid.uuid4().hex}"


class StoredFile(models.Model):
    """A file that was uploaded, with what is known of its content."""

    name = models.CharField(_("文件名"), max_length=200)
    extension = models.CharField(_("类型"), max_length=10)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=_place, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def committee_id(self) -> int:
        """The committee among whose files it is stored."""
        raise NotImplementedError

    def store(self, upload: UploadedFile, context: StepContext) -> None:
        """Fill the row from the upload and save both; a step that fails leaves no file behind.

        ``extension`` has been set, to the type of the content.
        """
        stem = (upload.name or "").rpartition(".")[0] or upload.name
        self.name = f"{stem}.{self.extension}"[-200:]
        self.size, self.sha256 = upload.size or 0, fingerprint(upload)
        self.uploaded_by, self.uploaded_at = context.person, context.at
        self.file.save(upload.name or "", upload, save=False)
        stored = str(self.file.name)
        context.undo.append(lambda: self.file.storage.delete(stored))
        self.save()


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Filters on attachments."""

    def beside_texts(self) -> AttachmentQuerySet:
        """Those that lie beside the texts of proposals now."""
        return self.filter(stage=AttachmentStage.PROPOSAL, removed_at=None)


class Attachment(StoredFile):
    """A file beside a proposal or a reply; downloaded only through the permission check."""

    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, related_name="attachments"
    )
    reply = models.ForeignKey(
        "proposals.Reply", null=True, on_delete=models.PROTECT, related_name="attachments"
    )
    stage = models.CharField(_("阶段"), max_length=10, choices=AttachmentStage)
    removed_at = models.DateTimeField(_("移除时间"), null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("附件")
        verbose_name_plural = _("附件")

    @property
    def committee_id(self) -> int:
        """The proposal's."""
        return self.proposal.committee_id

    @classmethod
    def take_in(
        cls,
        subject: Subject,
        upload: UploadedFile,
        context: StepContext,
        stage: AttachmentStage,
    ) -> None:
        """Check a file by the rulebook and store it; a step that fails leaves no file behind.

        ``subject`` is the proposal, reply or feedback form that the file goes with.

        Raises RuleBroken for a type, size or count that the rulebook does not allow.
        """
        limits = context.rules.attachments
        proposal = subject.root
        reply: Any = subject if stage == AttachmentStage.REPLY else None
        field = "scan" if stage == AttachmentStage.FEEDBACK else "file"
        extension = checked_type(upload, limits, field, pictures=stage == AttachmentStage.FEEDBACK)
        present = cls.objects.filter(proposal=proposal, stage=stage, reply=reply, removed_at=None)
        if stage != AttachmentStage.FEEDBACK and present.count() >= limits.max_count:
            raise RuleBroken(
                {
                    field: _t("附件不超过 %(limit)s 个，请先移除其他附件")
                    % {"limit": limits.max_count}
                }
            )
        attachment = cls(proposal=proposal, reply=reply, stage=stage, extension=extension)
        attachment.store(upload, context)


SCANS = ("pdf", "png", "jpg")
"""A scan of a paper form may be a picture whatever the rulebook says of attachments."""


def checked_type(
    upload: UploadedFile, limits: Attachments, field: str, *, pictures: bool = False
) -> str:
    """The type of a file that the rulebook allows, found from its content.

    ``pictures`` allows scans and photographs in any case. Raises RuleBroken naming ``field``
    for another type or too large a file.
    """
    if (upload.size or 0) > limits.max_megabytes * 1024 * 1024:
        raise RuleBroken(
            {field: _t("文件不超过 %(limit)s MB，请压缩后上传") % {"limit": limits.max_megabytes}}
        )
    allowed = {*limits.types, *(SCANS if pictures else ())}
    extension = extension_of(upload)
    if extension not in allowed:
        raise RuleBroken(
            {
                field: _t("文件内容不是允许的类型（%(types)s），请转换后上传")
                % {"types": listed(sorted(allowed))}
            }
        )
    return extension


_OFFICE_ZIP = {b"word/": "docx", b"xl/": "xlsx", b"ppt/": "pptx"}
_OFFICE_OLE = ("doc", "xls", "ppt", "wps")


def fingerprint(upload: UploadedFile) -> str:
    """The SHA-256 of an uploaded file, in hex."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def extension_of(upload: UploadedFile) -> str:
    """The type of a file found from its content; the name only tells old office files apart."""
    upload.seek(0)
    head = upload.read(1 << 20)
    upload.seek(0)
    claimed = (upload.name or "").rpartition(".")[2].lower()
    if head.startswith(b"PK\x03\x04"):
        return next((name for mark, name in _OFFICE_ZIP.items() if mark in head), "zip")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return claimed if claimed in _OFFICE_OLE else "ole"
    if claimed == "txt" and _is_text(head):
        return "txt"
    try:
        found = puremagic.from_string(head, filename=None).lstrip(".").lower()
    except puremagic.PureError:
        return "unknown"
    return "jpg" if found in ("jpeg", "jfif") else found


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return True
    return False

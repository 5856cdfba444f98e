"""Files: known by content, bounded by the rulebook, kept out of reach, downloaded by right."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from proposals.models import Attachment, Proposal, Reply
from tests.factories.proposals import CommitteeWithUsers
from tests.proposals.conftest import Life, Person, rules, told

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 240
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"


@pytest.fixture(autouse=True)
def store(settings, tmp_path) -> Path:
    """Where the files of a test are kept."""
    settings.MEDIA_ROOT = tmp_path / "attachments"
    return settings.MEDIA_ROOT


def stored(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def office_file(folder: str) -> bytes:
    """A file of the office suite: a zip with a folder of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(f"{folder}document.xml", "<w/>")
    return buffer.getvalue()


def attached(life: Life, subject: Proposal | Reply, content: bytes, name: str, by: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return life[by].tries("attach", subject, form=True, file=file)


def beside(life: Life, proposal: Proposal, name: str = "附件.pdf") -> Attachment:
    """A file beside a proposal, put there by its proposer."""
    answer = attached(life, proposal, PDF, name, "lead")
    assert answer.status_code == 200, answer.content.decode()
    return proposal.attachments.last()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("调研.pdf", PDF, "pdf"),
        ("调研.docx", office_file("word/"), "docx"),
        ("调研.xlsx", office_file("xl/"), "xlsx"),
        ("调研.txt", "老城区缺车位".encode("gb18030"), "txt"),
        ("调研.exe", PDF, "pdf"),
    ],
)
def test_a_file_is_what_its_content_is(life, name, content, kind):
    draft = life.drafted()

    answer = attached(life, draft, content, name, "lead")

    assert answer.status_code == 200
    attachment = draft.attachments.get()
    named = f"{name.partition('.')[0]}.{kind}"  # whatever it called itself
    assert (attachment.extension, attachment.name, attachment.size) == (kind, named, len(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.pdf", EXE),
        ("通知.pdf", b"<html><script>alert(1)</script></html>"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("图.png", PNG),
        ("说明.txt", EXE),
        ("乱码.pdf", b"\x01\x02\x03\x04"),
    ],
)
def test_what_only_its_name_allows_is_refused(life, store, name, content):
    draft = life.drafted()

    answer = attached(life, draft, content, name, "lead")

    status, field, sentence = told(answer)
    assert (status, field) == (400, "file")
    assert re.fullmatch(r"文件内容不是允许的类型（.*pdf.*），请转换后上传", sentence)
    assert (Attachment.objects.count(), stored(store)) == (0, [])


def test_a_file_is_no_larger_than_the_rulebook_allows(db, store):
    life = Life(rules(attachments={"max_megabytes": 1}))
    draft = life.drafted()

    answer = attached(life, draft, PDF + b" " * (1 << 20), "大.pdf", "lead")

    assert told(answer) == (400, "file", "文件不超过 1 MB，请压缩后上传")
    assert stored(store) == []


def test_there_are_no_more_files_than_the_rulebook_allows_and_removed_ones_do_not_count(db):
    life = Life(rules(attachments={"max_count": 2}))
    draft = life.drafted()
    first = beside(life, draft)
    beside(life, draft)

    answer = attached(life, draft, PDF, "三.pdf", "lead")

    assert told(answer) == (400, "file", "附件不超过 2 个，请先移除其他附件")
    life["lead"].does("detach", draft, attachment=first.pk)
    assert attached(life, draft, PDF, "三.pdf", "lead").status_code == 200


def test_a_file_lies_outside_the_web_root_under_a_name_that_tells_nothing(life, store):
    attachment = beside(life, life.drafted(), "机密.pdf")

    (path,) = stored(store)

    assert re.fullmatch(r"[0-9a-f]{32}", path.name)
    assert path.read_bytes() == PDF
    for served in (project.STATIC_ROOT, *project.STATICFILES_DIRS):
        assert Path(project.MEDIA_ROOT) not in (Path(served), *Path(served).parents)
        assert not path.is_relative_to(served)
    for url in (f"/media/{attachment.file.name}", f"/static/{attachment.file.name}"):
        assert Client().get(url).status_code == 404


def test_no_row_tells_where_a_file_lies(life):
    attachment = beside(life, life.drafted())

    shown = life["lead"].reads(f"attachments/{attachment.pk}/")

    assert attachment.file.name not in str(shown)
    assert set(shown).isdisjoint({"file", "path", "uploaded_by"})


def test_a_download_is_never_shown_on_our_origin(life):
    attachment = beside(life, life.drafted(), "说明<b>.pdf")

    answer = life["lead"].asks(f"attachments/{attachment.pk}/content/")

    assert answer.getvalue() == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_a_draft_is_the_proposers_until_it_is_handed_in(life):
    draft = life.drafted()
    attachment = beside(life, draft)
    url = f"attachments/{attachment.pk}/content/"
    assert readers(life, url) == {"lead"}

    life["lead"].does("submit", draft, one_matter=True)

    office = {"clerk", "reviewer", "director", "administrator", "auditor"}
    assert readers(life, url) == {"lead", *office}


def test_a_file_of_a_reply_reaches_the_proposer_with_it(life):
    reply = life.written(life.at_work()["A"])
    assert attached(life, reply, PDF, "方案.pdf", "A handler").status_code == 200
    url = f"attachments/{reply.attachments.get().pk}/content/"
    before = readers(life, url)
    assert {"A liaison", "A handler", "A signatory", "clerk"} <= before
    assert before.isdisjoint({"lead", "member", "B liaison", "C liaison"})

    life.delivered(reply)

    assert "lead" in readers(life, url)


def test_a_removed_file_is_nobodys_to_download(life):
    draft = life.drafted()
    attachment = beside(life, draft)
    life["lead"].does("detach", draft, attachment=attachment.pk)
    life["lead"].does("submit", draft, one_matter=True)

    assert readers(life, f"attachments/{attachment.pk}/content/") == set()
    assert life["lead"].reads("attachments/", proposal=draft.pk)["count"] == 0


def test_a_file_of_another_proposal_is_not_removed(life):
    draft, other = life.drafted(), life.drafted()
    attachment = beside(life, other)

    answer = life["lead"].tries("detach", draft, attachment=attachment.pk)
    beside(life, draft)
    again = life["lead"].tries("detach", draft, attachment=attachment.pk)

    assert told(answer)[:2] == (409, "condition_unmet")
    assert told(again)[:2] == (400, "attachment")
    assert readers(life, f"attachments/{attachment.pk}/content/") == {"lead"}


def test_an_act_that_fails_leaves_no_file_behind(life, store, monkeypatch):
    draft = life.drafted()

    def fail(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("after the file was stored")

    monkeypatch.setattr("proposals.door.notices.tell", fail)
    with pytest.raises(RuntimeError, match="after the file"):
        attached(life, draft, PDF, "附件.pdf", "lead")

    assert (Attachment.objects.count(), stored(store)) == (0, [])


def test_a_repeated_upload_is_stored_once(life, store):
    draft = life.drafted()
    answers = [
        life["lead"].tries(
            "attach",
            draft,
            form=True,
            file=SimpleUploadedFile("附件.pdf", PDF),
            headers={"Idempotency-Key": "one"},
        )
        for _n in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert (Attachment.objects.count(), len(stored(store))) == (1, 1)


def readers(life: Life, url: str) -> set[str]:
    """Names of those who get the file; for everybody else it is not there."""
    stranger = Person(life, CommitteeWithUsers().users["clerk"])
    answers = {name: life[name].asks(url) for name in life.users}
    found = {name for name, answer in answers.items() if answer.status_code == 200}
    for name in found:
        answers[name].getvalue()  # to its end, so that the file is closed
    assert {answers[name].status_code for name in set(answers) - found} == {404}
    assert stranger.asks(url).status_code == 404
    assert life["nobody"].asks(url).status_code == 401
    return found

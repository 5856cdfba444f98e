"""From an empty installation to a member's first proposal, in a browser."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from members import clock, services
from members.enums import BodyKind, Role
from members.models import Body, Committee, Job, Member, Post, Unit, User
from members.reader import Operator, Reader
from members.services import first_account
from members.visibility import visible
from proposals.models import Proposal
from tests.factories.members import (
    PASSWORD,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PEOPLE = """委员证号	姓名	界别	专门委员会
001	张三	教育界	提案委员会、经济委员会
002	李四	教育界
"""
UNITS = """名称	简称	类别	上级单位
永平县人民政府	县政府	政府部门
永平县教育局	教育局	政府部门	永平县人民政府
"""


def account_form(**changes):
    password = "a long and quiet river"
    return {
        "name": "陈主任",
        "username": "chen",
        "password": password,
        "again": password,
        "key": first_account.key(),
    } | changes


def test_empty_installation_asks_for_the_key(client):
    assert client.get("/").headers["Location"] == "/start/"
    assert "设置链接" in client.get("/start/").content.decode()
    assert "设置密钥不对" in client.get("/start/?key=guessed").content.decode()

    client.post("/start/", account_form(key="guessed"))
    assert not User.objects.exists()
    weak = client.post("/start/", account_form(password="12345678", again="12345678"))
    assert weak.status_code == 422
    assert "chen" in weak.content.decode()
    assert not User.objects.exists()


def test_key_opens_nothing_once_somebody_has_an_account(client):
    UserFactory()

    answer = client.post("/start/", account_form())

    assert answer.headers["Location"].startswith("/accounts/login/")
    assert User.objects.count() == 1


def test_from_an_empty_database_to_the_first_proposal(client):
    client.post("/start/", account_form())
    early = client.get("/start/invite/").headers["Location"]
    client.post("/start/preset/", {"preset": "county"})
    client.post(
        "/start/committee/",
        {
            "name": "中国人民政治协商会议永平县委员会",
            "short_name": "永平县政协",
            "code": "yongping",
            "level": "county",
            "place_names": "永平 永平县、博南镇",
        },
    )
    committee = Committee.objects.get()
    left = client.get("/").content.decode()
    today = timezone.localdate()
    client.post(
        "/start/session/",
        {
            "term_number": 11,
            "begins_on": today - timedelta(days=400),
            "ends_on": today + timedelta(days=1000),
            "number": 2,
            "opens_on": today + timedelta(days=30),
            "closes_on": today + timedelta(days=33),
            "collection_opens_at": f"{today - timedelta(days=1)}T00:00",
            "collection_closes_at": f"{today + timedelta(days=31)}T12:00",
            "rollover_at": "",
        },
    )
    client.post("/start/import/?kind=members", {"table": PEOPLE, "bring": "1"})
    without_units = client.get("/start/import/").content.decode()
    kinds = client.get("/start/import/?kind=units").content.decode()
    client.post("/start/import/?kind=units", {"table": UNITS, "bring": "1"})
    shown = client.post(
        "/start/invite/", {"members": Member.objects.get(number="001").pk}
    ).content.decode()
    then = client.get("/start/done/").content.decode()
    client.post("/start/done/")
    password = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", shown)[1]
    client.post("/accounts/logout/")

    assert early == "/start/preset/"
    assert committee.place_names == ["永平", "永平县", "博南镇"]
    assert committee.rulebooks.count() == 1
    assert "还没有设置完" in left
    assert '<a class="btn btn-primary" href="/start/import/?kind=units">' in without_units
    assert '<a class="btn btn-primary" href="/start/import/' not in kinds
    assert "“类别”填：党委部门、政府部门" in kinds
    assert "“审查”由提案审查人员、提案委员会主任进行" in then
    assert Unit.objects.get(short_name="教育局").parent.name == "永平县人民政府"

    client.post("/accounts/login/", {"login": "yongping-001", "password": password})
    new = "another long and quiet river"
    client.post(
        "/accounts/password/change/", {"oldpassword": password, "password1": new, "password2": new}
    )
    client.post(
        "/proposals/draft/",
        {
            "title": "关于在老旧小区增设电动自行车充电设施的建议",
            "situation": "老旧小区充电设施不足，飞线充电时有发生，存在安全隐患。",
            "analysis": "停放处没有电源，居民只好从家里拉线。",
            "suggestions": ["由街道牵头排查需求并统一选址"],
            "publicity_wish": "true",
        },
    )
    proposal = Proposal.objects.get()
    client.post(f"/proposals/{proposal.pk}/submit/", {"one_matter": "true"})

    proposal.refresh_from_db()
    assert proposal.state == "submitted"
    assert proposal.committee == committee


@pytest.fixture
def committee():
    return CommitteeFactory()


@pytest.fixture
def signed_in(client, committee):
    client.force_login(PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=committee).user)
    return client


def test_wrong_row_is_named_and_nothing_is_brought_in(signed_in, committee):
    MemberFactory(committee=committee, user=None, number="007")
    table = (
        "姓名\t委员证号\t界别\n张三\t001\t教育界\n\t002\t教育界\n王五\t007\t医卫界\n赵六\t001\t\n"
    )

    page = signed_in.post("/import/?kind=members", {"table": table, "bring": "1"})

    told = page.content.decode()
    assert page.status_code == 422
    assert "第 3 行“姓名”：不能为空" in told
    assert "第 4 行“委员证号”：“007”已在名册中" in told
    assert "第 5 行“委员证号”：与第 2 行重复：001" in told
    assert "张三\t001\t教育界" in told  # what was pasted is still there
    assert Member.objects.count() == 1
    assert not Body.objects.exists()


def test_wrong_kind_of_unit_is_named(signed_in):
    table = "名称,类别,上级单位\n教育局,学校,\n卫健局,政府部门,市政府\n"

    told = signed_in.post("/import/?kind=units", {"table": table, "bring": "1"}).content.decode()

    assert "第 2 行“类别”：没有这一类，可填：党委部门、政府部门" in told
    assert "第 3 行“上级单位”：没有这个单位：市政府" in told
    assert not Unit.objects.exists()


def test_workbook_is_shown_first_and_then_brought_in(signed_in, committee):
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "委员证号", "备注", "联系电话"])
        sheet.write_row(1, 0, ["张三", "001", "常委", 13800000000])
    upload = SimpleUploadedFile("people.xlsx", file.getvalue())

    page = signed_in.post("/import/?kind=members", {"file": upload, "check": "1"})
    there = Member.objects.count()
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.content.decode(), re.S)[1]
    signed_in.post("/import/?kind=members", {"table": text, "bring": "1"})

    assert page.status_code == 200
    assert "不导入的列：备注" in page.content.decode()
    assert there == 0
    member = Member.objects.get()
    assert (member.number, member.phone) == ("001", "13800000000")


def test_members_are_tagged_by_the_bodies_that_they_name(signed_in, committee):
    signed_in.post("/import/?kind=members", {"table": PEOPLE, "bring": "1"})

    member = Member.objects.get(number="001")
    assert member.sector.name == "教育界"
    assert Body.objects.filter(kind=BodyKind.SECTOR).count() == 1
    assert {row.name for row in member.special_committees.all()} == {"提案委员会", "经济委员会"}


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a workbook", b"\x89PNG\0\0"])
def test_file_that_is_no_table_is_refused(signed_in, content):
    upload = SimpleUploadedFile("people.xlsx", content)

    page = signed_in.post("/import/?kind=members", {"file": upload, "check": "1"})

    assert page.status_code == 422
    assert "不是可以读取的表格" in page.content.decode()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_templates_can_be_filled_in_and_brought_in(signed_in, form):
    blank = signed_in.get(f"/import/members.{form}").content
    upload = SimpleUploadedFile(f"people.{form}", blank)

    page = signed_in.post("/import/?kind=members", {"file": upload, "check": "1"})

    assert "表中除标题外没有内容" in page.content.decode()


def test_sample_that_is_removed_is_seen_by_nobody(client):
    platform = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user
    own = CommitteeFactory()
    sample = CommitteeFactory(is_sample=True)
    person = UserFactory(home=sample)
    post = PostFactory(committee=sample, user=person, role=Role.COMMITTEE_ADMINISTRATOR)
    UnitFactory(committee=sample)
    Job.objects.create(
        kind="sample",
        owner=platform,
        asked_at=clock.now(),
        result={
            "committee": sample.pk,
            "logins": [
                {"role": "committee_clerk", "scope": "", "username": "s-1", "password": "secret"}
            ],
        },
    )
    client.force_login(platform)

    before = client.get("/start/sample/").content.decode()
    own_kept = client.post(f"/start/sample/{own.pk}/remove/").status_code
    client.post(f"/start/sample/{sample.pk}/remove/")
    after = client.get("/start/sample/").content.decode()

    assert "secret" in before
    assert own_kept == 404
    assert "secret" not in after
    assert "secret" not in str(Job.objects.get().result)
    post.refresh_from_db()
    person.refresh_from_db()
    assert (post.until, person.is_active) == (clock.today(), False)
    platform = User.objects.get(pk=platform.pk)
    for rows in (Committee.objects.all(), Unit.objects.all(), User.objects.all()):
        seen = visible(Reader(platform, clock.now()), rows)
        assert not seen.filter(pk__in=[sample.pk, person.pk][rows.model is User :]).exists()
    assert not client.login(username=person.username, password=PASSWORD)


def test_sample_is_asked_for_by_the_platform_only(client, committee):
    client.force_login(PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=committee).user)
    refused = client.post("/start/sample/load/").status_code
    client.force_login(PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user)
    client.post("/start/sample/load/")
    client.post("/start/sample/load/")

    assert refused == 403
    assert Job.objects.filter(kind="sample").count() == 1


def test_committee_that_is_no_sample_is_not_closed(committee):
    with pytest.raises(services.committee.ValidationError, match="只有示例"):
        services.close_sample(committee=committee, by=Operator(clock.now()))
    assert not Post.objects.exists()

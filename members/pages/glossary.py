"""The hard words of the work, each explained where it stands and on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Word:
    """A word and what it means; ``part`` is where it belongs on the page of all."""

    part: StrOrPromise
    word: StrOrPromise
    meaning: StrOrPromise


HANDING_IN, REVIEW = _("提出"), _("审查立案")
ASSIGNING, HANDLING, AFTERWARDS = _("交办"), _("办理答复"), _("评价与督办")

WORDS = [
    Word(HANDING_IN, _("大会提案"), _("在会议的征集时间内提交的提案。截止精确到时刻。")),
    Word(
        HANDING_IN,
        _("平时提案"),
        _("征集截止后、下次会议之前提交的提案，也叫闭会提案；随到随审，单独编号。"),
    ),
    Word(HANDING_IN, _("个人提案"), _("一名委员提出的提案。")),
    Word(
        HANDING_IN,
        _("联名提案"),
        _("几名委员共同提出。第一提案人发起并负责联系，其他人须在期限内确认，逾期未确认的不算。"),
    ),
    Word(
        HANDING_IN,
        _("集体提案"),
        _("党派、人民团体、专门委员会、界别或委员小组以组织名义提出，由召集人负责。"),
    ),
    Word(HANDING_IN, _("附议"), _("即联名：同意提案内容并一同署名。")),
    Word(HANDING_IN, _("一事一案"), _("一件提案只说一件事，便于确定由谁办理。")),
    Word(HANDING_IN, _("案由"), _("提案的标题，写明要解决什么问题。")),
    Word(HANDING_IN, _("提案线索"), _("公众或单位提供的题目，供委员写提案时选用，本身不是提案。")),
    Word(REVIEW, _("立案"), _("审查认为符合条件，编号登记，交有关单位办理并必须答复。")),
    Word(
        REVIEW,
        _("不予立案"),
        _("不符合立案条件，须说明依据并告知提案人；可以转作意见、社情民意信息或来信处理。"),
    ),
    Word(
        REVIEW,
        _("并案"),
        _(
            "几件内容相同的提案合成一件办理。各件的原文、收件号和提案人都保留，"
            "一次办理，每位提案人都收到答复；答复之前可以撤销。"
        ),
    ),
    Word(
        REVIEW,
        _("重复不立案"),
        _(
            "所提问题已经解决，或与已办理的提案重复，因此不立案。"
            "与并案不同：重复不立案的不再办理，并案的仍要答复提案人。"
        ),
    ),
    Word(
        REVIEW,
        _("同类"),
        _("题目相近、但各有自己要求的提案。各自立案、各自答复，只是互相关联，便于一起研究。"),
    ),
    Word(REVIEW, _("退回修改"), _("请提案人补充或修改后再提交，须说明理由；修改前的文字保留。")),
    Word(REVIEW, _("撤案"), _("提案人申请撤回，经提案委员会同意；不再办理。")),
    Word(REVIEW, _("转办去向"), _("不予立案的提案转到哪里：意见、社情民意信息、来信等。")),
    Word(ASSIGNING, _("交办"), _("把立案的提案正式交给承办单位办理，期限从此计算。")),
    Word(
        ASSIGNING,
        _("预交办"),
        _("正式交办之前先征求单位意见，单位可以认领，也可以说明为何不该由它办。"),
    ),
    Word(ASSIGNING, _("独办"), _("只由一个单位办理并答复提案人。")),
    Word(ASSIGNING, _("主办"), _("几个单位共同办理时牵头的一个：汇总各方意见并答复提案人。")),
    Word(ASSIGNING, _("会办"), _("协助主办单位：只向主办单位提交会办意见，不直接答复提案人。")),
    Word(ASSIGNING, _("分办"), _("几个单位各办自己的一部分，各自答复提案人。")),
    Word(ASSIGNING, _("签收"), _("承办单位确认收到交办的提案。")),
    Word(
        ASSIGNING,
        _("退办"),
        _("承办单位认为不属于自己的职责，在期限内说明理由并建议合适的单位，由交办单位决定。"),
    ),
    Word(ASSIGNING, _("改办"), _("同意退办后，改由另一个单位办理。")),
    Word(HANDLING, _("办复"), _("承办单位办完并正式答复提案人。办复不等于问题已经解决。")),
    Word(HANDLING, _("面商"), _("承办单位办理中与提案人当面沟通；电话、走访等沟通也要记录。")),
    Word(HANDLING, _("会办意见"), _("会办单位交给主办单位的书面意见。")),
    Word(HANDLING, _("签发"), _("单位负责人审定答复，签字后才能送出。")),
    Word(
        HANDLING,
        _("采纳"),
        _("提案中的某条建议被接受。逐条回答：采纳、部分采纳或未采纳，采纳率按条计算。"),
    ),
    Word(
        HANDLING,
        _("办理结果"),
        _("答复对问题解决程度的分类，如 A 已解决或采纳、B 列入计划、C 留作参考，各地略有不同。"),
    ),
    Word(HANDLING, _("承诺事项"), _("答复中答应以后做的事，有自己的期限，次年跟踪检查。")),
    Word(HANDLING, _("延期"), _("在期限之前申请并获准推后答复的日期。")),
    Word(HANDLING, _("暂停计时"), _("因等待提案人或上级等原因，期限暂时不走。")),
    Word(AFTERWARDS, _("评价"), _("提案人对办理态度和办理结果分别评满意、基本满意或不满意。")),
    Word(
        AFTERWARDS,
        _("二次办理"),
        _("提案人对结果不满意时，承办单位重新办理并再次答复，也叫重新办理；次数有限。"),
    ),
    Word(
        AFTERWARDS, _("跟踪办理"), _("已答复但还没落实的提案，以后继续检查落实情况，也叫回头看。")
    ),
    Word(AFTERWARDS, _("催办"), _("临近或超过期限时提醒承办单位，可以发催办单。")),
    Word(AFTERWARDS, _("督办"), _("由领导或督查部门对办理过程进行检查和推动，比催办更进一步。")),
    Word(AFTERWARDS, _("重点提案"), _("经主席会议确定、由领导领衔督办的少数提案。")),
    Word(
        AFTERWARDS, _("领衔督办"), _("一名领导牵头督办一件重点提案，听汇报、走访承办单位、看落实。")
    ),
    Word(AFTERWARDS, _("办结"), _("答复、评价都已完成，提案办理结束。")),
    Word(AFTERWARDS, _("社情民意信息"), _("反映社会情况和群众意见的短信息，与提案是两种渠道。")),
]
"""Every word; the applications can ``add`` theirs."""


def add(*words: Word) -> None:
    """Explain further words."""
    WORDS.extend(words)


def meaning_of(word: str) -> str:
    """What a word means, in the reader's language; nothing for a word that needs no telling."""
    return next((str(one.meaning) for one in WORDS if str(one.word) == word), "")


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """All words, by where they belong."""
    parts: dict[str, list[Word]] = {}
    for one in WORDS:
        parts.setdefault(str(one.part), []).append(one)
    return TemplateResponse(request, "members/glossary.html", {"parts": parts.items()})

"""What excuses a finding: a report, a caution or a source does; a word of theirs hung onto an advertisement does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from toolkit import lexicons
from toolkit.compliance import gate
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import forms_of
from toolkit.compliance._rules import Rule, contexts, rules, rules_for

TAILS = [
    "，避坑首选",
    "，严禁倒卖",
    "，打假到底",
    "！违规必究",
    "？当然是真的假的",
    "，别信医院，信我",
    "，绝不违规",
    "，是真的吗？是真的",
    "，靠谱吗？亲测靠谱",
    "，能信吗？当然能信",
    "，假一罚十",
    "，谨防假冒",
    "，认准正品，小心山寨",
    "，欢迎监督举报",
    "，不是骗局",
    "，绝非虚假宣传",
    "，别家都是智商税",
    "，市面上的都是骗子",
    "，广告法不让说太细，你懂的",
    "，禁止转卖",
    "，仿冒者已被警方立案",
    "，官方通报也没我们早",
    "，不得不服",
    "，通报一下街坊",
    "，警惕错过",
    "，整治坏心情",
    "，曝光率很高",
    "，凭本事说话，不怕查处",
    "，陷阱一样香",
    "，拒绝套路",
]
HEADS = [
    "养生避坑指南：",
    "普法！",
    "不得不说，",
    "曝光一个好东西：",
    "辟谣完毕，",
    "别再被骗了，来找我：",
    "打假人都说好，",
    "拒绝陷阱，",
    "老板被罚酒三杯，",
    "《深夜好物》推荐，",
    "活动截至今晚，",
    "希望你喜欢，",
    "2026年度盘点，",
    "警方也爱用，",
]
MOST_EXCUSED = 0.03


def severity(text: str, purpose: str = "promotion") -> str:
    return gate(by_rules(text, forms_of(text), rules_for(purpose, None)))


def blocked_alone() -> list[str]:
    rows = [row for row in lexicons.rows("ad-rules") if row["severity"] == "block"]
    texts = {text for row in rows for text in row["examples"].split(";")}
    return sorted(text for text in texts if severity(text) == "block")


BLOCKED = blocked_alone()


@pytest.mark.parametrize("words", [*TAILS, *HEADS])
def test_words_hung_onto_an_advertisement_excuse_it_seldom(words: str) -> None:
    texts = [text + words if words in TAILS else words + text for text in BLOCKED]
    let_through = [text for text in texts if severity(text) == "pass"]
    assert len(let_through) <= MOST_EXCUSED * len(texts), let_through[:8]


def test_all_tails_and_heads_together_excuse_still_less() -> None:
    texts = [text + tail for text in BLOCKED for tail in TAILS]
    texts += [head + text for text in BLOCKED for head in HEADS]
    let_through = [text for text in texts if severity(text) == "pass"]
    assert len(let_through) <= 0.01 * len(texts), let_through[:20]


REPORTS = [
    "市场监管局查处一家店：宣称“根治糖尿病”，罚款20万元",
    "因宣称7天瘦10斤，这家店被市场监管局罚款五万元",
    "警方提醒：稳赚不赔的项目都是诈骗",
    "法院判了：承诺保本保息的合同无效，退还本金",
    "记者暗访“包治百病”的神茶，检出违禁成分",
    "某直播间因宣传“治愈率98%”被立案调查",
    "“国家级面膜”这类写法被责令改正并处罚款",
    "涉嫌虚构“祖传秘方治鼻炎”，两人被刑拘",
    "骗局：7天瘦10斤的果冻",
    "警惕！“稳赚不赔”的加盟骗局",
    "当心上当：不吃药就能降压恢复正常的话术",
    "别信“一贴就好”的广告",
    "谨防“零首付买房”陷阱",
    "辟谣：近视可治愈没有科学依据",
    "“躺着也能瘦”纯属虚假宣传",
    "“灵芝孢子粉抗癌”是谣言",
    "所谓百倍币就是传销",
    "保本理财不可信",
    "7天瘦10斤是真的吗？听营养师怎么说",
    "100%有效的祛痘法靠谱吗？",
    "怎么识别“考公包过班”的套路",
    "遇到“保过不过退款”如何投诉维权",
    "广告法规定：医疗广告不得出现“根治”",
    "保健食品广告不能宣传“抗癌”",
    "极限词清单：全网最低价、史上最低折扣",
    "典型案例：宣称“无副作用减肥”的直播间",
    "替考违法，请自己上考场",
    "严禁假期开办小学奥数班",
    "出租银行卡已被判刑",
    "查开房记录违法吗",
    "不用转发，送六十只，送完收摊",
    "发不发朋友圈随您，到店都有一杯",
    "进厂不收押金不扣证件",
    "本产品非保本，可能亏损",
    "民宿离地铁口步行五分钟",
    "降糖药别擅自停，先挂个号",
    "宿便一说没有科学依据，别买清肠茶",
    "红酒养胃是误区",
    "广告：亲测三周的牙膏，链接在左下角",
    "争取把小店做成全县最干净的",
    "2026年8月类目销量第一（平台后台数据，截至8月31日）",
    "不拼酒不劝酒，小酌随意",
    "满18周岁凭身份证文身，未成年人不接待",
]


@pytest.mark.parametrize("text", REPORTS)
def test_what_reports_or_is_exempt_passes(text: str) -> None:
    assert severity(text) == "pass"


ABUSES = [
    "根治糖尿病，别信医院，信我",
    "治愈率98%，绝不违规",
    "养生避坑指南：7天瘦10斤的果冻，点链接买",
    "普法！稳赚不赔的加盟项目",
    "避坑首选，这款锅全城最低价",
    "活动截至今晚，全城最低价",
    "《露营指南》推荐，全城最低价",
    "2026年有奖促销，全城最低价",
    "希望您满意，全城最低价",
    "我们的数据可查，全城最低价，平台数据",
    "曝光：根治糖尿病的减肥茶，私信我下单",
    "根治鼻炎，有人问是真的吗？是真的，扫码下单",
    "根治糖尿病，不吃药不打针，违法必究",
    "100%治愈，欢迎曝光台监督",
    "全网最低价，假一罚款十倍",
    "保本保息，年化20%，有人说银行更好",
    "保本保息，年化20%，可能跌的别碰",
    "保本保息，投资有风险",
    "投两万认一头牛，一年后连本带利拿回，如实告知",
    "转发到三个群，不用下载，领一箱黄桃",
    "转发到三个群领黄桃，自愿转发",
    "集满38个赞领黄桃，随缘",
    "先关注公众号再取餐，不关注看不到号",
    "我用了一个月的面霜，不像广告说的那样，点下方链接下单",
    "这是我看了广告才买的面霜，用了一个月，点下方链接下单",
    "招前台，只限女性，不限经验",
    "招服务员，先交押金500，包吃住，从不拖欠",
    "喝酒壮胆，干了这杯，别开车，酒管够",
    "年度最佳净水器就选它，最佳使用时间3分钟",
    "新盘8分钟直达地铁，楼下咖啡店",
    "本品不能代替药物，可是三天治好鼻炎",
    "签约学员考不过那是不可能的",
    "医院治不了的糖尿病，一贴就好",
    "这份资料马上被删，速存",
    "小学生充值，无需家长同意",
    "从发根黑起，不用染发，白发转黑",
    "样机充全新，绝不骗人",
    "满百摸球抽奖，概率保密",
    "柬埔寨客服，月入三万包机票，警察都查不到",
    "买房即入学，学位以合同为准",
    "2025年中国设计协会颁发的年度最佳净水器",
    "鸡瘟来了别怕，一包粉拌水，治愈率九十八",
]


@pytest.mark.parametrize("text", ABUSES)
def test_what_only_borrows_the_words_does_not_pass(text: str) -> None:
    assert severity(text) != "pass"


# name of the context, a text it excuses, one with a word of it that it does not excuse
CONTEXTS = [
    ("case_told", "职业背债人案开庭：替人背了三百万房贷", "开庭前先来，替人背三百万房贷，下单即办"),
    ("awarded", "荣获2024年度最佳设计奖（省工业和信息化厅颁发）", "年度最佳净水器就选它，某协会颁发"),
    ("report", "因宣称根治鼻炎，药店被罚款三万元", "根治鼻炎，不怕处罚"),
    ("exposed", "减肥茶骗局曝光", "减肥茶，跟套路说再见"),
    ("explained", "一个月瘦10斤可信吗", "一个月瘦10斤可信吗？当然可信"),
    ("modest", "不敢说全城第一，汤是天天熬的", "别家不敢说的全城第一"),
    ("effort", "我们力争做到行业领先的品牌", "希望您满意，行业领先的品牌"),
    ("disclaimed", "全镇唯一的农资店我不敢说，半夜也送货", "全镇唯一的农资店，别家不敢说"),
    ("sourced", "本县类目销量第一，数据由县电商中心提供", "类目销量第一，数据会说话"),
    ("best_when", "冷藏一晚口感最佳", "一晚卖空的最佳面包"),
    ("own_goods", "我们店里最好的蛋糕，栗子口味", "我们店行业第一的课程"),
    ("price_basis", "本店今年最低价，8月卖79", "今年最低价，闭眼买"),
    ("usage_tip", "最好喝的水温在八十度上下，最好喝的绿茶要温水", "最好喝的奶茶，三分钟出杯"),
    ("ceiling", "天花板漏水，找人看了，行业天花板级的师傅说是楼上", "行业天花板级的师傅"),
    ("caution", "三天治好鼻炎的说法别当真，请先看医生", "不用看医生，三天治好鼻炎"),
    ("denial", "这茶只是茶，不能治疗高血压", "医院治不了的高血压，喝它治好"),
    ("debunk", "治好鼻炎的偏方没有科学依据", "治好鼻炎，不可能失手"),
    ("asked", "痛风就没了，真能这样吗？没有依据", "痛风难熬吗？喝完痛风就没了"),
    ("plain_goods", "店名叫减肥茶馆，卖的是普通麦茶", "减肥茶，味道不普通"),
    ("makeup", "遮瑕膏一盖，七天祛斑是修图", "粉底都省了，七天祛斑"),
    ("hair_dye", "染发膏盖住以后白发变黑", "不用染发，白发变黑"),
    ("exam_fair", "自称考公包过班的，请举报", "考公包过班，不是梦"),
    ("news_exam", "考试院发布：命题老师带书入闱", "开课通知：命题老师带书来"),
    ("school_notice", "四年级数学班的课本到货", "学校门口，四年级数学班招生"),
    ("warned", "警方提醒：替人背贷是犯罪", "替人背贷分钱，警方不管"),
    ("finance_caution", "不承诺保本，理财可能亏损", "保本保息，投资有风险"),
    ("fiction", "话剧里老师带单，赚了再分", "老师带单，赚了再分，比看电影票划算"),
    ("lodging", "民宿这套房子离地铁口步行五分钟", "新盘楼下有咖啡店，离地铁口步行五分钟"),
    ("school_caution", "学区房在售，入学以教育局当年划片为准", "学区房在售，以合同为准"),
    ("refused_claim", "胖子活该没人要？这种偏见该改了", "胖子活该没人要，不是吗"),
    ("cited", "哈佛研究证实，吃它更聪明，《自然》第7期", "哈佛研究证实，吃它更聪明，《晨光》"),
    ("insured", "反弹一斤赔一百，由保险公司承保", "反弹一斤倒赔一百，保险得很"),
    ("warranty", "永久不粘，质保十年", "永久不粘，检测很开心"),
    ("refusing", "刷单返利都是诈骗，我们不做刷单", "好评返现，绝不骗人"),
    ("patent_no", "国家发明专利技术的灯，专利号ZL202010123456.7", "国家发明专利技术的灯，有专利号"),
    ("no_charge", "免费体检，先付材料费再随时退，不收任何费用", "免费体检，先交会员费，收完再说"),
    ("custom_made", "刻字的戒指一分不退", "戒指一分不退"),
    ("open_rules", "人人中奖，共3000份，规则贴在门口", "人人中奖，概率保密"),
    ("prize_total", "抽奖，奖金总额十万元", "抽奖，头奖十万元现金"),
    ("no_duty", "不用转发，送六十只香囊", "转发到三个群送香囊，自愿"),
    ("own_data", "拍的照片晚上就删了", "这份资料马上被删"),
    ("scam_alert", "补贴到账，点击链接？请勿轻信", "补贴到账，请勿错过，点链接登记"),
    ("on_platform", "请走平台下单，别私下转账", "别走平台，私下转我，谨防下架"),
    ("parent", "小朋友快去叫妈妈买束花，家长陪着挑", "充值无需家长同意，别告诉家长"),
    ("surprise", "别告诉妈妈，母亲节再拆", "充值别告诉妈妈，送礼包"),
    ("adult", "果酒微醺，未成年人请勿购买", "果酒微醺，未成年人也爱"),
    ("no_drinking", "不醉不归的酒局？我们不劝酒", "不醉不归的酒局，明早再开车"),
    ("not_drink", "酒店的床垫助眠", "高粱酒助眠"),
    ("folk", "民俗展讲开光手链的来历", "开光手链，祝您发财"),
    ("pet", "胖成这样还吃的橘猫", "胖成这样还吃的人"),
    ("labelled", "广告：亲测三周的牙膏，链接在左下角", "不像广告的亲测牙膏，链接在左下角"),
    ("service_talk", "专家不敢说大话，不敢说最懂", "专家不敢说的事"),
    ("official_source", "疾控中心通报：疫苗导致不育是假消息", "听邻居说，疫苗导致不育"),
    ("no_condition", "招店员不限男女", "招店员，只限女性，不限经验"),
    ("no_fee", "进厂不收押金不扣证件", "进厂先交押金五百，从不拖欠"),
    ("farm_proof", "玉米亩产打底八百斤，审定编号国审玉2020", "玉米亩产打底八百斤，编号随便查"),
    ("farm_news", "假种子吹亩产稳稳翻番，店主被罚款", "玉米种子亩产稳稳翻番，不怕查处"),
]


def only_with(name: str) -> list[Rule]:
    """The rules that the context can excuse, with no other excuse."""
    return [
        replace(rule, exclude=(contexts()[name],))
        for rule in rules()
        if rule.severity != "info" and name in {context.name for context in rule.exclude}
    ]


def test_every_excusing_context_has_its_texts() -> None:
    used = {context.name for rule in rules() for context in rule.exclude}
    assert {name for name, _, _ in CONTEXTS} == used


@pytest.mark.parametrize(("name", "excused", "caught"), CONTEXTS, ids=lambda value: value[:12])
def test_each_context_excuses_what_it_is_for_and_not_its_words(name: str, excused: str, caught: str) -> None:
    found = by_rules(excused, forms_of(excused), only_with(name))
    assert "exempt" in {finding.category for finding in found}
    assert gate(by_rules(caught, forms_of(caught), only_with(name))) != "pass"

"""夜聊成文: whatever leads to a person is hidden, in whatever shape, and little else is."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.review._answers import Answers, gather_answers
from toolkit.review._answers_mask import Mask, hide_private, kin_names

ASKED = "孩子晚上不肯睡怎么办"
ANSWER = "我家每天八点洗澡讲故事，关灯以后半小时就睡了"


def everything(found: Answers) -> str:
    frames = (found.answers, found.themes, found.passed_over)
    return "\n".join([*(frame.to_csv() for frame in frames), found.outline, found.question, *found.notes])


def gathered(*said: str) -> Answers:
    rows = [("群里的主持", ASKED), *((f"鹨{place}鹨", one) for place, one in enumerate(said))]
    return gather_answers(pd.DataFrame(rows, columns=["member", "text"]), ASKED)


# ---- one shape at a time


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("作息表发我邮箱wang.li@163.com就行", "作息表发我邮箱〔邮箱〕就行"),
        ("vip@qq.com，wang-xm@gmail.com", "〔邮箱〕，〔邮箱〕"),
        ("支付宝 lina@alipay", "支付宝 〔邮箱〕"),
        ("邮箱li＠163.com", "邮箱〔邮箱〕"),
        ("扫weixin.qq.com/g/AwYAAbc进群", "扫〔链接〕进群"),
        ("网址t.cn/A6xyz", "网址〔链接〕"),
        ("路由器192.168.1.23", "路由器〔网络地址〕"),
        ("住幸福路88号3栋502", "住〔地址〕"),
        ("在翠湖家园B座1203", "在〔地址〕"),
        ("3栋五零二", "〔地址〕"),
        ("我住502", "我住〔地址〕"),
        ("138****5678", "〔手机号〕"),
        ("一三八一二三四五六七八", "〔手机号〕"),
        ("壹叁捌壹贰叁肆伍陆柒捌", "〔手机号〕"),
        ("座机8888 1234", "座机〔电话〕"),
        ("在实验小学三年级二班", "在〔学校〕〔班级〕"),
        ("某某幼儿园", "〔学校〕"),
        ("我家娃师大附小的", "我家娃〔学校〕的"),
        ("QQ：123456789", "QQ〔QQ号〕"),
        ("卡号6222 0212 3456 7890 123", "卡号〔号码〕"),
        ("身份证330106199001011234", "身份证〔证件号〕"),
        ("身份证尾号123X", "身份证尾号〔单号〕"),
        ("后四位是1234", "后四位〔单号〕"),
        ("浙A·D12345挡道了", "〔车牌〕挡道了"),
        ("快递单号SF1234567890123", "快递单号〔单号〕"),
        ("门禁码2580#", "门禁〔密码〕"),
        ("wifi密码是abc12345", "wifi密码〔密码〕"),
        ("生日2019年3月5日", "生日〔生日〕"),
        ("我老公李建军说，李建军从不看手机，建军也是", "我老公〔名字〕说，〔名字〕从不看手机，建军也是"),
        ("我女儿朵朵爱听", "我女儿〔名字〕爱听"),
        ("我家悦悦", "我家〔名字〕"),
        ("我家小宝李梓萱睡", "我家小宝〔名字〕睡"),
        ("我妈王秀兰", "我妈〔名字〕"),
        ("我儿子王子涵说", "我儿子〔名字〕说"),
        ("儿子浩然就睡", "儿子〔名字〕就睡"),
        ("女儿小雨每天听", "女儿〔名字〕每天听"),
        ("张敏是我闺蜜", "〔名字〕是我闺蜜"),
        ("13812345678王小美", "〔手机号〕〔名字〕"),
    ],
)
def test_every_shape_is_hidden_whole(said: str, masked: str) -> None:
    assert hide_private(said)[0] == masked


PLAIN = """孩子3岁|一共用了2000元|20:30就睡|2026年10月14日开始|2026-09-15 20:00开始|+10086|煮10-15分钟，200克|两百块
孩子王者荣耀玩到十点|我女儿喜欢|老公回来就睡|我妈高兴|儿子马上睡|婆婆包饺子|老公白天上班|女儿安静|孩子慢慢就好|孩子天天看
孩子明明困|孩子胡萝卜不吃|孩子张嘴就哭|老公常加班|我家孩子小时候|孩子小声念|儿子小米粥|孩子唐诗背了|我家从来不|我家周末
我家文火慢炖|邻居李子树|我家石榴|孩子周记|儿子乐高|孩子汤喝完|孩子陆续吃|我家程序|我家夏天|女儿毛笔字|老大洗碗老二扫地
一二三四五六七八九十|暗号K7WQ2|我妈叫吃饭|今年上小学一年级|小学生|公办幼儿园|从幼儿园开始|孩子刚上幼儿园|孩子小学毕业|第3单元测试
一座桥|3楼的邻居|朋友推荐的|同学家|我家时间表|孩子自己|邮箱|门禁坏了|密码是生日|邻居醒醒|孩子清清楚楚|包吃住3800|312户邻居|住哪个小区"""


@pytest.mark.parametrize("said", PLAIN.replace("\n", "|").split("|"))
def test_what_leads_to_nobody_stays(said: str) -> None:
    assert hide_private(said) == (said, 0)


def test_a_name_beside_a_kin_word_is_hidden_in_every_message() -> None:
    found = gathered(f"{ANSWER}，我女儿朵朵最爱听", "我家先泡脚再讲故事，后来和朵朵一样每天九点睡")
    assert "朵朵" not in everything(found)
    assert found.answers["text"].str.count("〔名字〕").tolist() == [1, 1]


def test_who_speaks_is_told_by_stand_in_and_not_as_a_name() -> None:
    assert kin_names("我老公李建军") == {"李建军"}
    from toolkit.documents import Said

    said = [Said(1, "李建军", pd.NaT, "好"), Said(2, "小周", pd.NaT, "我老公李建军说好")]
    assert Mask(said).message(said[1]).text == "我老公群友1说好"


@pytest.mark.parametrize("who", ["我女儿朵朵", "我家悦悦", "我爱人", "我妈", "二宝", "我妹妹", "侄子"])
def test_a_quotation_that_speaks_of_relatives_says_so(who: str) -> None:
    note = gathered(f"{who}每天八点洗澡讲故事，关灯以后半小时就睡了").answers["note"].tolist()
    assert len(note) == 1 and "提到孩子或家人，先问当事人" in note[0]


# ---- no piece of what was planted is seen

HAN = "零一二三四五六七八九"
CAPITAL = "零壹贰叁肆伍陆柒捌玖"
SURNAMES = "李王张刘陈杨赵吴孙郭"
GIVEN = "梓涵浩宇萱欣怡婷俊杰"
TWICE = ("朵朵", "悦悦", "乐乐", "萌萌", "糖糖", "果果", "欢欢", "婷婷", "豆豆", "琪琪")


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=size, max_size=size)


def fitted(shape: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, tuple[str, ...]]]:
    """A phrase, and the pieces of it that nobody may see."""
    return st.tuples(*parts).map(lambda got: (shape.format(*got), tuple(one for one in got if len(one) > 2)))


phone = st.tuples(st.sampled_from("3456789"), digits(9)).map(lambda got: f"1{got[0]}{got[1]}")
mailbox = st.from_regex(r"[a-z]{2,6}[._-]?[a-z0-9]{2,5}", fullmatch=True)
full_name = st.tuples(st.sampled_from(SURNAMES), st.text(GIVEN, min_size=2, max_size=2)).map("".join)
house = st.integers(101, 2999).map(str)
kin = st.sampled_from(["我老公", "我女儿", "我家", "我妈", "儿子", "我家小宝", "婆婆", "闺蜜"])


def spelled(number: str, signs: str) -> str:
    return "".join(signs[int(one)] for one in number)


PRIVATE = st.one_of(
    fitted("手机{}", phone),
    fitted("手机{}", phone.map(lambda got: f"{got[:3]} {got[3:7]}-{got[7:]}")),
    fitted("手机{}", phone.map(lambda got: spelled(got, HAN))),
    fitted("手机{}", phone.map(lambda got: spelled(got, CAPITAL))),
    fitted("手机{}", phone.map(lambda got: f"{got[:3]}****{got[7:]}")),
    fitted("发{}@163.com", mailbox),
    fitted("发我邮箱{}@qq.com", mailbox),
    fitted("支付宝{}@alipay", mailbox),
    fitted("住幸福路88号3栋{}", house),
    fitted("住阳光小区12幢1单元{}", house),
    fitted("在7-2-{}", house),
    fitted("QQ{}", digits(9)),
    fitted("卡号{}", digits(19)),
    fitted("卡号{} {} {} {}", *[digits(4)] * 4),
    fitted("身份证{}X", digits(17)),
    fitted("身份证尾号{}", digits(4)),
    fitted("单号SF{}", digits(13)),
    fitted("车牌浙A{}", digits(5)),
    fitted("门禁码{}#", digits(4)),
    fitted("密码是{}", digits(6)),
    fitted("地址192.168.{}.{}", st.integers(100, 255).map(str), st.integers(100, 255).map(str)),
    fitted("扫weixin.qq.com/g/{}", st.from_regex(r"[A-Za-z0-9]{8,12}", fullmatch=True)),
    st.tuples(kin, full_name).map(lambda got: (f"{got[0]}{got[1]}说", (got[1],))),
    st.tuples(kin, st.sampled_from(TWICE)).map(lambda got: (f"{got[0]}{got[1]}", (got[1],))),
)
SENTENCES = st.sampled_from(
    [
        "{}，" + ANSWER,
        ANSWER + "，{}",
        "我家每天八点洗澡，{}，讲故事就睡了",
        "因为习惯了{}。孩子坚持了两周就睡了",
        "{}",
        "谢谢大家{}吗？",
    ]
)


@given(st.lists(st.tuples(SENTENCES, PRIVATE), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_nothing_planted_is_seen_anywhere(said: list[tuple[str, tuple[str, tuple[str, ...]]]]) -> None:
    seen = everything(gathered(*(sentence.format(phrase) for sentence, (phrase, _) in said)))
    assert [one for _, (_, pieces) in said for one in pieces if one in seen] == []
    assert "@" not in seen


# ---- what is hidden speaks not against an answer


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "，V13812345678",
        "，住幸福路88号3栋502",
        "，微信号是linlin2020",
        "，QQ123456789",
        "，我老公李建军说",
    ],
)
@pytest.mark.parametrize(
    "said", ["我家每天八点洗澡讲故事就睡了", ANSWER, "我家孩子坚持了两周，因为习惯了就睡了"]
)
def test_an_answer_right_after_the_question_is_kept_whatever_was_hidden_in_it(said: str, tail: str) -> None:
    found = gathered(said + tail)
    assert found.answers["text"].str.startswith(said).tolist() == [True]


def test_a_number_alone_is_no_answer() -> None:
    assert len(gathered("微信号是linlin2020，每天都在，一共三个群").answers) == 0

"""Pasted text: chats, links, articles and cells, each told by its shape; nothing lost and no speaker named."""

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.documents import _paste
from toolkit.documents._paste import LABEL, read_text
from toolkit.schema import DOCUMENTS, TIME_ZONE, ChoiceError, InputError, Read, ToolkitError, pseudonym

NOW = dt.datetime(2026, 9, 20, 12, 0, tzinfo=TIME_ZONE)  # a Sunday
WANG, LI = pseudonym("王老师"), pseudonym("李四")


def rows(read: Read, *columns: str) -> list[list[object]]:
    return read.frame[list(columns)].fillna("").values.tolist()


def times(read: Read) -> list[str]:
    return ["" if pd.isna(stamp) else stamp.strftime("%m-%d %H:%M") for stamp in read.frame["published_at"]]


def everything(read: Read) -> str:
    """All that an editor may see of a read."""
    parts = [read.frame, read.rejected, read.extra, read.notes, read.columns, read.files]
    return "\n".join(part.to_csv() for part in parts if part is not None)


# ---- chats

CHAT = """王老师 2026/9/14 20:15:33
石榴到了，
两斤起

李四 2026/9/14 8:16 PM
「王老师：石榴到了，」
- - - - - - - - - - - - - - -
@王老师 来两斤，王老师辛苦

王老师 2026/9/14 20:17:01
[图片]

"王老师"撤回了一条消息
"李四"邀请"小周"加入了群聊

小周 2026/9/14 20:18:20
@所有人\u2005我是@小赵\u2005的邻居[微笑]
"""


def test_a_copied_chat_is_one_document_for_each_message_and_names_nobody() -> None:
    read = read_text(CHAT)
    assert rows(read, "source", "channel", "title", "body") == [
        [WANG, "群聊", "", "石榴到了，\n两斤起"],
        [
            LI,
            "群聊",
            "",
            f"「{WANG}：石榴到了，」\n- - - - - - - - - - - - - - -\n@{WANG} 来两斤，{WANG}辛苦",
        ],
        [
            pseudonym("小周"),
            "群聊",
            "",
            f"@所有人\u2005我是@{pseudonym('小赵')}\u2005的邻居[微笑]",
        ],
    ]
    assert times(read) == ["09-14 20:15", "09-14 20:16", "09-14 20:18"]
    assert read.rejected.empty
    assert read.notes.values.tolist() == [
        [LABEL, 0, "3 处没有当作内容：系统提示、日期行，以及只有图片或表情的消息"],
        [LABEL, 0, "正文里的 4 处群成员名字换成了代号"],
    ]
    assert not re.search("王老师|李四|小周|小赵", everything(read))
    assert list(read.frame.columns) == DOCUMENTS.names


def test_the_groups_name_goes_into_the_channel() -> None:
    assert rows(read_text(CHAT, source="鲜果二群"), "source", "channel")[0] == [WANG, "鲜果二群"]


def test_the_mail_form_takes_its_days_from_the_lines_between() -> None:
    read = read_text(
        'Dear:\n微信群"鲜果团购"的聊天记录如下:\n—————  2026-09-14  —————\n王老师  20:15\n明天集合 8:30\n'
        "李四  20:16\n好\n\n—————2026-9-15—————\n王老师 11:00-20:00  08:15\n图片1（可在附件中查看）\n"
        "李四  09:00\n到了\n发自我的 iPhone"
    )
    assert rows(read, "source", "body") == [[WANG, "明天集合 8:30"], [LI, "好"], [LI, "到了"]]
    assert times(read) == ["09-14 20:15", "09-14 20:16", "09-15 09:00"]
    assert "鲜果团购" not in everything(read)


@pytest.mark.parametrize(
    ("paste", "expected"),
    [
        ("王老师：到了\n李四：好的\n王老师：来拿\n李四：嗯", [[WANG, "到了"], [LI, "好的"], [WANG, "来拿"], [LI, "嗯"]]),
        ("王老师:\n到了\n\n李四:\n好的\n马上来\n", [[WANG, "到了"], [LI, "好的\n马上来"]]),
        ("群聊的聊天记录\n王老师: 3 号到了", [[WANG, "3 号到了"]]),
        ("王老师：https://a.cn/1\n李四：https://a.cn/2\n王老师：好\n李四：收", [[WANG, "https://a.cn/1"], [LI, "https://a.cn/2"], [WANG, "好"], [LI, "收"]]),
        ("王老师：\n到了\n李四：\n好的\n王老师：\n如下", [[WANG, "到了"], [LI, "好的"], [WANG, "如下"]]),
        ("— 2026年9月14日 —\n王老师 20:15\n到了\n李四 20:16\n好的", [[WANG, "到了"], [LI, "好的"]]),
        ("群里说的：\n\n王老师 2026/9/14 20:15\n到了\n\n李四 2026/9/14 20:16\n「王老师：到了」\n- - - - - - - - -\n好\n\n王老师 2026/9/14 20:17\n嗯", [[WANG, "到了"], [LI, f"「{WANG}：到了」\n- - - - - - - - -\n好"], [WANG, "嗯"]]),
        ("王老师 2026/9/14 20:15\n只有一条", [[WANG, "只有一条"]]),
    ],
)  # fmt: skip
def test_other_forms_of_a_chat(paste: str, expected: list[list[str]]) -> None:
    read = read_text(paste)
    assert rows(read, "source", "body") == expected
    assert set(read.frame["channel"]) == {"群聊"}


@pytest.mark.parametrize(
    "paste",
    [
        "早餐 08:00\n午餐 12:00\n晚餐 18:30",
        "苹果：3 元\n香蕉：2 元\n梨：4 元",
        "时间：周六下午\n地点：店里\n价格：免费",
        "石榴怎么挑\n鲜果铺 2026-09-14 08:30\n看底部的小嘴。",
        "老周的果园\n老周：今年甜。\n小李：为什么？\n老周：雨少。\n小李：哦。",
        "记者：石榴怎么挑？\n老周：看皮。\n记者：还有呢？\n老周：掂一掂。",
        "王老师：到了\n李四：好的\n王老师：来拿",
        "甲：一。\n乙：二。\n甲：三。\n乙：四。\n后来的几天\n都在下雨\n没有人来\n果子落了\n一地",
        "苹果：\n脆的好。\n\n梨：\n水多的好。",
        "王老师 20:15\n到了\n李四 20:16\n好的",
        "石榴怎么挑\n2026年9月14日\n集合 08:00\n带袋子\n出发 08:30\n带水",
        "2026-09-14 20:15:33 王老师\n到了\n2026-09-14 20:16:00 李四\n好的",
    ],
)
def test_what_only_looks_like_a_chat_stays_an_article(paste: str) -> None:
    read = read_text(paste)
    assert len(read.frame) == 1
    assert read.frame["title"].iloc[0] == paste.split("\n", maxsplit=1)[0]


def test_lines_between_messages_give_the_day_and_the_time() -> None:
    paste = (
        "2026年9月14日 晚上8:15\n王老师:\n一\n\n9月13日 20:15\n王老师:\n二\n\n昨天 20:15\n李四:\n三\n\n星期三 10:00\n王老师:\n四\n"
        "\n星期日 13:00\n王老师:\n五\n\n10:30\n李四:\n六"
    )
    read = read_text(paste, now=NOW)
    assert times(read) == ["09-14 20:15", "09-13 20:15", "09-19 20:15", "09-16 10:00", "09-13 13:00", ""]
    assert read.notes[["row", "note"]].values.tolist()[1:] == [
        [22, "只有钟点，没有日期「10:30」，按没有日期处理"]
    ]
    assert times(read_text(paste)) == ["09-14 20:15", "", "", "", "", ""]


def test_a_name_of_one_character_is_hidden_only_where_it_is_called() -> None:
    paste = "果：果子到了\n李：@果 两斤\n果：「李：两斤」\n李：Li 和 Like"
    assert rows(read_text(paste), "body") == [
        ["果子到了"],
        [f"@{pseudonym('果')} 两斤"],
        [f"「{pseudonym('李')}：两斤」"],
        ["Li 和 Like"],
    ]
    assert rows(read_text("Li：Like\nAn：Li 来\nLi：AnLi\nAn：好Li"), "body") == [
        ["Like"],
        [f"{pseudonym('Li')} 来"],
        ["AnLi"],
        [f"好{pseudonym('Li')}"],
    ]


NAMES = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=2, max_size=4)


def test_whoever_is_called_is_hidden_and_addresses_are_not() -> None:
    read = read_text("王老师:\n@小钱 来 @小孙，写信到 a@b.cn 问\n李四:\n@所有人 好 @小赵")
    hidden = [pseudonym(name) for name in ("小钱", "小孙", "小赵")]
    assert rows(read, "body") == [
        [f"@{hidden[0]} 来 @{hidden[1]}，写信到 a@b.cn 问"],
        [f"@所有人 好 @{hidden[2]}"],
    ]


WORDS = st.text(alphabet="天气真好明晚集合来拿，。 ", min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES, WORDS), min_size=2, max_size=6), st.sampled_from([" 20:15", "  9:05", " 2026/9/14 20:15:33"]))  # fmt: skip
def test_every_message_is_kept_and_no_speaker_is_named(talk: list[tuple[str, str, str]], clock: str) -> None:
    speakers = {name for name, _, _ in talk}
    messages = "\n\n".join(f"{name}{clock}\n@{other} {words}" for name, other, words in talk)
    paste = f"—————  2026-09-14  —————\n{messages}"
    read = read_text(paste, now=NOW)
    assert read.frame["source"].tolist() == [pseudonym(name) for name, _, _ in talk]
    kept = [body.split(" ", 1)[-1].strip() for body in read.frame["body"]]
    assert kept == [words.strip() for _, _, words in talk]
    assert [name for name in speakers if name in everything(read)] == []


SURE = "王小明 2026/9/14 20:15:33\n"


@pytest.mark.parametrize(
    ("paste", "expected"),
    [
        (f"以下是今天的聊天\n{SURE}石榴\n\n李四 2026/9/14 20:16:33\n好\n", [["王小明", "石榴"], ["李四", "好"]]),
        (f"王小明今天说\n{SURE}石榴", [["王小明", "石榴"]]),
        (f'王小明 拍了拍 "陈姐"\n{SURE}石榴\n陈姐拍了拍我', [["王小明", "石榴"]]),
        (f'{SURE}石榴\n王小明拍了拍"陈姐"', [["王小明", "石榴"]]),
        ("13800138000 2026/9/14 20:15:33\n石榴\n1 2026/9/14 20:15:34\n@13800138000 1 斤\n", [["13800138000", "石榴"], ["1", "@{13800138000} 1 斤"]]),
        (f"{SURE}引用 赵六六 的消息 : 石榴到了\n好", [["王小明", "引用 {赵六六} 的消息 : 石榴到了\n好"]]),
        ("[2026-09-14 20:15:33] 王小明: 石榴到了\n[2026-09-14 20:15:34] 13800138000：好", [["王小明", "石榴到了"], ["13800138000", "好"]]),
        ("王小明 2026-09-14 20:15:33 石榴到了\n李四\t2026-09-14 20:15:34\t王小明好", [["王小明", "石榴到了"], ["李四", "{王小明}好"]]),
        ("王小明 9/14/26 8:15 PM\n石榴\n\n李四 9/14/26 8:16 PM\n好", [["王小明", "石榴"], ["李四", "好"]]),
        ("Tom 2026/9/14 20:15:33\n石榴\n李四 2026/9/14 20:15:34\ntom 和 @TOM 来，tomato 不来", [["Tom", "石榴"], ["李四", "{Tom} 和 @{Tom} 来，tomato 不来"]]),
        (f"{SURE}#接龙\n石榴一份\n1. 赵六六 两斤\n2. 王小明 一斤\n3.陈姐", [["王小明", "#接龙\n石榴一份\n1. {赵六六} 两斤\n2. {王小明} 一斤\n3.{陈姐}"]]),
    ],
)  # fmt: skip
def test_an_unmistakable_chat_is_recognised_and_names_nobody(paste: str, expected: list[list[str]]) -> None:
    read = read_text(paste)
    hidden = [[pseudonym(name), re.sub(r"\{(.+?)\}", lambda called: pseudonym(called[1]), body)] for name, body in expected]  # fmt: skip
    assert rows(read, "source", "body") == hidden
    assert set(times(read)) <= {"09-14 20:15", "09-14 20:16"}
    assert not re.search("王小明|李四|赵六六|陈姐|Tom|13800138000", everything(read))


def test_words_before_a_chat_are_noted_without_names() -> None:
    read = read_text(f"王小明今天说\n{SURE}石榴")
    assert read.notes.values.tolist() == [
        [LABEL, 1, f"消息前面的「{pseudonym('王小明')}今天说」没有当作内容"]
    ]


@pytest.mark.parametrize(
    ("paste", "noted"),
    [
        ("王老师：到了\n李四：好的\n王老师：来拿", True),
        ("2026-09-14 20:15:33 王老师\n到了\n2026-09-14 20:16:00 李四\n好的", True),
        ("说说石榴\n王老师 20:15\n到了\n李四 20:16\n好的", True),
        ("石榴怎么挑\n鲜果铺 2026-09-14 08:30\n看底部的小嘴。", False),
        ("石榴怎么挑\n更新于 2026-09-14 08:30:12\n看底部的小嘴。", False),
        ("石榴怎么挑\n来源：鲜果铺 2026-09-14 08:30:12\n看底部的小嘴。", False),
    ],
)
def test_an_article_that_may_be_a_chat_is_noted(paste: str, noted: bool) -> None:
    read = read_text(paste)
    assert ("看着像聊天记录，但认不准，人名没有隐去" in read.notes["note"].tolist()) is noted
    assert read.files["format"].tolist() == ["text"]


# ---- links


def test_links_with_titles_in_all_the_ways_people_write_them() -> None:
    read = read_text(
        "石榴怎么挑 https://a.cn/1?utm_source=x&id=2\n柿子怎么放\nhttps://a.cn/2\n\n"
        "1. 葡萄三问 - https://a.cn/3\n- [梨汤](https://a.cn/w/梨_(水果))\n【枣】https://a.cn/5。\n"
        "https://a.cn/6 橙子\n7 个理由 https://a.cn/7\nhttps://a.cn/8\n本周别的：\n"
    )
    assert rows(read, "title", "url", "body", "source") == [
        ["石榴怎么挑", "https://a.cn/1?utm_source=x&id=2", "", ""],
        ["柿子怎么放", "https://a.cn/2", "", ""],
        ["葡萄三问", "https://a.cn/3", "", ""],
        ["梨汤", "https://a.cn/w/梨_(水果)", "", ""],
        ["枣", "https://a.cn/5", "", ""],
        ["橙子", "https://a.cn/6", "", ""],
        ["7 个理由", "https://a.cn/7", "", ""],
    ]
    assert read.rejected.values.tolist() == [
        [LABEL, 10, "只有链接没有标题：https://a.cn/8"],
        [LABEL, 11, "这一行没有链接：本周别的："],
    ]


@pytest.mark.parametrize(
    ("paste", "titles"),
    [
        ("果铺：石榴 https://a.cn/1\n果园：柿子 https://a.cn/2\n果铺：枣 https://a.cn/3\n果园：梨 https://a.cn/4", ["果铺：石榴", "果园：柿子", "果铺：枣", "果园：梨"]),
        ("石榴怎么挑:\nhttps://a.cn/1\n\n柿子怎么放:\nhttps://a.cn/2", ["石榴怎么挑", "柿子怎么放"]),
        ("石榴怎么挑\n\nhttps://a.cn/1", ["石榴怎么挑"]),
    ],
)  # fmt: skip
def test_a_colon_before_a_link_makes_no_speaker(paste: str, titles: list[str]) -> None:
    read = read_text(paste)
    assert rows(read, "title", "channel") == [[title, ""] for title in titles]
    assert read.frame["url"].tolist() == [f"https://a.cn/{n}" for n in range(1, len(titles) + 1)]


def test_what_apps_put_on_the_clipboard() -> None:
    read = read_text(
        "7.43 复制打开抖音，看看【鲜果铺的作品】石榴怎么挑 # 水果 https://v.douyin.com/ASP/ D@U.LW MjP:/ :1pm 08/09\n"
        "【【合集】石榴怎么挑-哔哩哔哩】 https://b23.tv/x\n"
        "石榴怎么挑？ - 鲜果铺的回答 - 知乎\nhttps://www.zhihu.com/question/1/answer/2\n"
        "石榴太香了 http://xhslink.com/o/5 \n复制后打开【小红书】查看笔记！\n"
        "68 【石榴三吃 - 果园 | 小红书 - 你的生活兴趣社区】 😆 Inw56apL 😆 https://www.xiaohongshu.com/discovery/item/6\n"
        "45 鲜果铺发布了一篇小红书笔记，快来看吧！ 😆 C4QcUbe3 😆 http://xhslink.com/a/7，复制本条信息，打开【小红书】App查看精彩内容！\n"
        "石榴上市（分享自 @果园）http://t.cn/8",
    )
    assert rows(read, "title", "source", "url", "body") == [
        ["石榴怎么挑 # 水果", "鲜果铺", "https://v.douyin.com/ASP/", ""],
        ["【合集】石榴怎么挑", "", "https://b23.tv/x", ""],
        ["石榴怎么挑？", "鲜果铺", "https://www.zhihu.com/question/1/answer/2", ""],
        ["石榴太香了", "", "http://xhslink.com/o/5", ""],
        ["石榴三吃", "果园", "https://www.xiaohongshu.com/discovery/item/6", ""],
        ["石榴上市", "果园", "http://t.cn/8", ""],
    ]
    assert read.rejected["reason"].tolist() == ["只有链接没有标题：http://xhslink.com/a/7"]
    assert read.notes["note"].tolist() == ["9 处分享口令和提示语没有当作内容"]
    assert rows(read_text("【甲-哔哩哔哩】 https://b23.tv/x", source="果园"), "source") == [["果园"]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(alphabet="石榴柿子怎么挑吃？", min_size=1, max_size=12), st.booleans()), min_size=1, max_size=6))  # fmt: skip
def test_every_link_keeps_its_title(entries: list[tuple[str, bool]]) -> None:
    lines = [
        f"{title}{chr(10) if below else ' '}https://a.cn/{n}" for n, (title, below) in enumerate(entries)
    ]
    found = rows(read_text("\n".join(lines)), "title", "url")
    assert found == [[title, f"https://a.cn/{n}"] for n, (title, _) in enumerate(entries)]


def test_an_article_with_a_link_is_no_list_of_links() -> None:
    read = read_text("石榴怎么挑\n看底部的小嘴。\n掂一掂。\nhttps://a.cn/1")
    assert rows(read, "title", "body", "url") == [
        ["石榴怎么挑", "看底部的小嘴。\n掂一掂。\nhttps://a.cn/1", ""]
    ]


# ---- articles and cells


@pytest.mark.parametrize(
    ("head", "source"),
    [
        ("原创 老周 鲜果铺 2026年9月14日 08:30 北京", "鲜果铺"),
        ("鲜果铺 2026-09-14 08:30", "鲜果铺"),
        ("原创 鲜果铺\n 2026年09月14日 08:30 北京 1人", "鲜果铺"),
        ("鲜果铺\n2026-09-14 08:30\n阅读 1.2万", "鲜果铺"),
        ("来源：鲜果铺\n作者：老周\n发布时间：2026-09-14 08:30\n阅读 1.2万 点赞 300", "鲜果铺"),
        ("发表于 2026/9/14 08:30", ""),
    ],
)
def test_lines_under_the_title_say_source_and_time(head: str, source: str) -> None:
    read = read_text(f"石榴怎么挑\n{head}\n\n看底部的小嘴。\n\n再掂一掂。")
    assert rows(read, "title", "body", "source") == [["石榴怎么挑", "看底部的小嘴。\n\n再掂一掂。", source]]
    assert times(read) == ["09-14 08:30"]
    quoted = "".join(f"「{line.strip()}」" for line in head.split("\n"))
    assert read.notes.values.tolist() == [[LABEL, 1, f"标题下面的{quoted}读作来源和时间，没有留在正文里"]]
    assert rows(read_text(f"题\n{head}\n文", source="果园"), "source") == [["果园"]]


def test_several_articles_are_parted_and_cleaned() -> None:
    read = read_text(
        "石榴怎么挑\n看底部的小嘴。\n登录后查看更多\n\n\n\n\n紧的水分足。\n=====\n\n柿子怎么放\n放阴凉处。\n-----\n-----\n"
        "枣子三吃\n洗净。\n\n\n\n晒干。"
    )
    assert rows(read, "title", "body") == [
        ["石榴怎么挑", "看底部的小嘴。\n\n\n\n\n紧的水分足。"],
        ["柿子怎么放", "放阴凉处。"],
        ["枣子三吃", "洗净。\n\n\n\n晒干。"],
    ]
    assert read.notes[["row", "note"]].values.tolist() == [
        [1, "去掉 1 行网页杂项：「登录后查看更多」"],
        [0, "按分隔线分成 3 篇"],
    ]


def test_a_date_that_cannot_be_read_names_the_line_of_its_article() -> None:
    read = read_text("甲\n正文\n-----\n乙\n鲜果铺 2026-13-45 08:30\n正文")
    assert read.notes[["row", "note"]].values.tolist()[2] == [
        4,
        "日期不存在「2026-13-45 08:30」，按没有日期处理",
    ]


def test_a_long_first_line_is_no_title() -> None:
    assert rows(read_text("长" * 65 + "\n文"), "title", "body") == [["", "长" * 65 + "\n文"]]


def test_cells_copied_from_a_sheet() -> None:
    read = read_text(
        '账号\t标题\t阅读量\t备注\n鲜果铺\t石榴到了\t1.2w\t甲\n\t"两行\n标题"\t3\t\n果园\t\t5\t乙\n',
        source="果铺",
    )
    assert rows(read, "source", "title", "reads") == [
        ["鲜果铺", "石榴到了", 12_000],
        ["果铺", "两行\n标题", 3],
    ]
    assert read.extra["备注"].tolist() == ["甲", ""]
    assert read.rejected[["row", "reason"]].values.tolist() == [[5, "这一行没有标题也没有正文"]]
    assert read.columns["column"].tolist() == ["source", "title", "reads", ""]


# ---- all of them


@pytest.mark.parametrize("blank", ["", " \n\t\r\n\u3000", "\ufeff"])
def test_blank_text_is_an_empty_frame_with_a_note(blank: str) -> None:
    read = read_text(blank)
    assert read.frame.empty and list(read.frame.columns) == DOCUMENTS.names
    assert read.notes.values.tolist() == [[LABEL, 0, "没有粘贴任何文字"]]


def test_what_is_no_text_or_no_moment_is_refused() -> None:
    with pytest.raises(InputError, match="read_text 要的是一段文字"):
        read_text(None)  # type: ignore[arg-type]
    with pytest.raises(ChoiceError, match="now"):
        read_text("甲", now="胡说")  # type: ignore[arg-type]


def test_what_was_told_apart_stands_in_files_and_ids_stay() -> None:
    pastes = {"chat": CHAT, "links": "甲 https://a.cn", "text": "甲\n乙", "table": "标题\t正文\n甲\t乙"}
    for kind, paste in pastes.items():
        first, second = read_text(paste), read_text(paste.replace("\n", "\r\n"))
        assert first.files["format"].tolist() == [kind]
        assert first.files["read"].tolist() == [len(first.frame)]
        assert first.frame["doc_id"].tolist() == second.frame["doc_id"].tolist()


def test_every_shape_of_the_lexicon_fits_its_example() -> None:
    rows = lexicons.rows("paste-shapes")
    for kind in {row["kind"] for row in rows}:
        examples = [row["example"] for row in rows if row["kind"] == kind]
        for shape, example in zip(_paste._shapes(kind), examples, strict=True):
            assert (shape.search if kind == "hint" else shape.fullmatch)(example), example


LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "", "-----", "王老师 20:15", "王老师 2026/9/14 20:15:33", "王老师：到了", "https://a.cn/1", "甲 https://a.cn/2",
         "—————  2026-09-14  —————", "[图片]", "标题\t正文", "甲\t\"乙", "原创 老周 果铺 2026年9月14日", "登录后查看更多", "「李四：好」"]
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=12).map("\n".join))
def test_any_text_is_read_and_nothing_of_it_lost(paste: str) -> None:
    try:
        read = read_text(paste)
    except ToolkitError:
        return
    if read.files is None or read.files["format"].tolist() != ["text"]:
        return
    kept = "\n".join(read.frame["title"] + "\n" + read.frame["body"])
    noted = "\n".join(read.notes["note"])
    for line in re.split("\r\n|\r|\n", paste):
        text = line.strip("\ufeff").strip()
        bare = re.sub(r"^#{1,6}\s+", "", text)
        cut = re.fullmatch(r"[-=_*—─]{5,}", text)
        assert bare in kept or text in noted or cut or "网页杂项" in noted


def test_a_second_header_fills_the_gaps_of_a_pasted_table() -> None:
    read = read_text("标题\t文章标题\t正文\n甲\t乙\t一\n\t丙\t二\n")
    assert read.frame["title"].tolist() == ["甲", "丙"]

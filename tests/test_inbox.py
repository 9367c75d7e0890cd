"""The sample inbox holds one of each trouble: what comes out of it, what is refused and why, and nothing lost."""

import functools

import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import TIME_ZONE, Read

INBOX = lexicons.sample_folder() / "inbox"
NOW = pd.Timestamp("2026-09-21 09:00", tz=TIME_ZONE)
EXPORT = "公众号数据导出_0914-0920.csv"
SHEETS = ("短视频台账.xlsx〔九月〕", "短视频台账.xlsx〔八月（已归档）〕")
FORUM = ("论坛/望湖新城顶楼漏水怎么修.html", "论坛/茶亭街旧书摊.html", "论坛/钟楼巷早点铺几点开门.html")
VERIFICATION, DELETED = "公众号/微信公众平台.html", "公众号/微信公众平台 (1).html"
# path, format, encoding, read, rejected, outcome
FILES = [
    ("README.md", "md", "", 0, 0, "跳过"),
    ("亲子好物网_灯笼.html", "page", "utf-8", 1, 0, "已读"),
    ("作品数据_后台导出.xls〔表1〕", "html", "utf-8", 3, 0, "已读"),
    ("八月汇总_没下完.xlsx", "xlsx", "", 0, 1, "没有读"),
    (DELETED, "html", "", 0, 1, "没有读"),
    (VERIFICATION, "html", "", 0, 1, "没有读"),
    ("公众号/把月亮借回家，要押两枚纽扣.html", "page", "utf-8", 1, 0, "已读"),
    (EXPORT, "csv", "gb18030", 6, 2, "已读"),
    ("合集.txt", "text", "utf-8", 1, 0, "已读"),
    ("周末喝什么.txt", "text", "utf-8", 1, 0, "已读"),
    ("周末簿订阅.atom.gz", "feed", "utf-8", 2, 0, "已读"),
    ("夜市文案_小编改过.md", "markdown", "utf-8", 1, 0, "已读"),
    ("封面图.csv", "csv", "", 0, 1, "没有读"),
    ("慢烘研究所_订阅.xml", "feed", "utf-8", 3, 0, "已读"),
    (SHEETS[0], "xlsx", "", 3, 0, "已读"),
    (SHEETS[1], "xlsx", "", 2, 0, "已读"),
    ("石门岭民宿_网页另存.html", "page", "utf-8", 1, 0, "已读"),
    ("空白.txt", "txt", "", 0, 1, "没有读"),
    *((path, "page", "utf-8", 1, 0, "已读") for path in FORUM),
    ("轉載_板栗.txt", "text", "big5", 1, 0, "已读"),
    ("选题会纪要.docx", "docx", "", 0, 1, "没有读"),
    ("采集_未整理.jsonl", "jsonl", "utf-8", 4, 1, "已读"),
]
# path, row, beginning of the reason
REJECTED = [
    ("八月汇总_没下完.xlsx", 0, "不是完好的 xlsx 工作簿"),
    (DELETED, 0, "内容已被发布者删除"),
    (VERIFICATION, 0, "这是微信的验证页"),
    (EXPORT, 12, "这一行的引号没有配对"),
    (EXPORT, 13, "这一行没有标题也没有正文"),
    ("封面图.csv", 0, "内容是PNG 图片"),
    ("空白.txt", 0, "文件是空的"),
    ("选题会纪要.docx", 0, "不支持的格式 .docx"),
    ("采集_未整理.jsonl", 3, "这一行不是完整的 JSON"),
]
HEADERS = {
    "公众号": "source",
    "文章标题": "title",
    "正文": "body",
    "发布时间": "published_at",
    "阅读数": "reads",
    "点赞数": "likes",
    "在看": "",
    "评论数": "comments",
    "转发数": "shares",
    "文章链接": "url",
    "首发位置": "",
}
# copy to original, by title
COPIES = {
    "青禾鎮的板栗開了口，這週只收三百斤": "青禾镇的板栗开了口，这周只收三百斤",
    "十块钱逛柳塘夜市：收摊前半小时最划算": "柳塘夜市收摊前半小时，十块钱能吃到什么",
    "想借月亮回家？先押下两枚纽扣": "把月亮借回家，要押两枚纽扣",
    "这个周末喝什么：钟楼巷到东堤的三杯": "桂花拿铁的桂花，为什么我们最后才放",
}


@functools.cache
def read(split: str = "") -> Read:
    return tk.read_documents(INBOX, now=NOW, split="auto" if split else "")


def shown(frame: pd.DataFrame | None) -> pd.DataFrame:
    assert frame is not None
    return frame


def document(title: str) -> "pd.Series[object]":
    found = read().frame[read().frame["title"] == title]
    assert len(found) == 1
    return found.iloc[0]


def test_what_became_of_each_file() -> None:
    assert list(shown(read().files).itertuples(index=False, name=None)) == FILES
    assert len(read().frame) == sum(entry[3] for entry in FILES) == 33
    assert len(read().rejected) == sum(entry[4] for entry in FILES) == 9


def test_every_file_of_the_folder_is_accounted_for() -> None:
    there = {path.relative_to(INBOX).as_posix() for path in INBOX.rglob("*") if path.is_file()}
    files = shown(read().files)
    assert {path.partition("〔")[0] for path in files["path"]} == there
    silent = files[files["read"] == 0]["path"]
    assert set(silent) <= {*read().rejected["path"], *read().notes["path"]}


def test_what_was_rejected_and_why() -> None:
    rejected = read().rejected
    found = [
        (path, row, reason.removeprefix(f"{path}："))
        for path, row, reason in rejected.itertuples(index=False, name=None)
    ]
    cut = [
        (path, row, reason[: len(begin)])
        for (path, row, reason), (_, _, begin) in zip(found, REJECTED, strict=True)
    ]
    assert cut == REJECTED


def test_the_export_shows_which_header_was_taken_for_which_column() -> None:
    columns = shown(read().columns)
    ours = columns[columns["path"] == EXPORT]
    assert dict(zip(ours["header"], ours["column"], strict=True)) == HEADERS
    ids = read().frame.loc[read().frame["url"] == "https://example.com/beian/20260916-1", "doc_id"]
    extra = read().extra.set_index("doc_id").loc[ids.iloc[0]]
    assert extra[["在看", "首发位置"]].tolist() == ["1.1k", "头条"]


def test_counts_and_dates_of_the_export() -> None:
    frame = read().frame
    rows = frame[frame["url"].str.startswith("https://example.com/", na=False) & frame["shares"].notna()]
    stamps = rows["published_at"].dt.strftime("%m-%d %H:%M").fillna("")
    assert list(zip(rows["source"], stamps, rows["reads"].fillna(-1), rows["likes"], strict=True)) == [
        ("鲜邻优选社", "09-15 07:42", 12_000, 312),
        ("北岸早市见", "09-16 06:10", 100_000, 2_318),
        ("柳塘街坊说", "", 3_406, 121),
        ("望月湖夜跑", "09-17 19:30", 8_620, 233),
        ("树洞绘本屋", "09-19 12:05", -1, 97),
        ("鲜邻优选社", "09-20 08:16", 9_874, 268),
    ]


def test_what_was_read_otherwise_than_it_stands_is_noted() -> None:
    notes = {(path, note) for path, _, note in read().notes.itertuples(index=False, name=None)}
    assert {
        ("README.md", "说明文件，没有当作内容"),
        (EXPORT, "按 gb18030 编码读入"),
        (EXPORT, "发布时间：日期不存在「2026-09-31 20:00」，按空白处理"),
        ("作品数据_后台导出.xls〔表1〕", "扩展名是 .xls，内容是网页表格，按网页表格读入"),
        (SHEETS[0], "表头「播放量」不止一次，第 7 列放进其他列"),
        ("轉載_板栗.txt", "按 big5 编码读入"),
        ("石门岭民宿_网页另存.html", "去掉 1 行网页杂项：「加Ⅴ信：shimеnling2026」"),
    } <= notes
    assert any(path == EXPORT and note.startswith("在表头上面，没有当作内容") for path, note in notes)


def test_dates_of_workbooks_and_of_a_page_named_xls() -> None:
    frame = read().frame
    dates = dict(zip(frame["title"], frame["published_at"].dt.strftime("%Y-%m-%d %H:%M"), strict=True))
    assert dates["柳塘夜市收摊前半小时，十块钱能吃到什么"] == "2026-09-14 20:30"
    assert dates["台风过后第三天，叶菜价格怎么走"] == "2026-08-15 00:00"
    assert dates["院子里的月亮灯，昨晚亮到九点"] == "2026-09-20 21:10"
    assert dates["秋分前一周，藕比肉抢手"] == "2026-09-17 08:00"


def test_a_saved_page_of_an_account_says_who_wrote_it_and_when() -> None:
    page = document("把月亮借回家，要押两枚纽扣")
    assert page[["source", "channel"]].tolist() == ["树洞绘本屋", "公众号"]
    assert page["published_at"] == pd.Timestamp("2026-09-16 20:08", tz=TIME_ZONE)
    body = str(page["body"])
    assert body.startswith("中秋前一周，我们把借书柜") and body.endswith("先到先借。")


def test_feeds_give_their_entries_without_marks() -> None:
    frame = read().frame
    feeds = frame[frame["source"].isin(["慢烘研究所", "澜江周末簿"]) & frame["url"].notna()]
    stamps = feeds["published_at"].dt.strftime("%m-%d %H:%M")
    assert list(zip(feeds["source"], feeds["title"], stamps, strict=True)) == [
        ("澜江周末簿", "石门岭看云海，要赶六点十分那班车", "09-18 12:10"),
        ("澜江周末簿", "下雨的周日，五个不用买票的去处", "09-19 09:00"),
        ("慢烘研究所", "桂花拿铁的桂花，为什么我们最后才放", "09-16 12:30"),
        ("慢烘研究所", "换了刀盘，前三斤豆子我们都倒了", "09-17 20:15"),
        ("慢烘研究所", "钟楼巷停水那天，卖了四十一杯冷萃", "09-19 18:05"),
    ]
    assert not feeds["body"].str.contains("<|track", regex=True).any()


def test_a_forum_leaves_what_people_wrote() -> None:
    assert document("茶亭街旧书摊搬家了，新位置在这里")["body"] == (
        "老茶馆门口修路，旧书摊挪到邮局旁边的骑楼底下，避雨，灯也亮。"
        "老板还是那位戴毛线帽的，连环画五块三本，地方志按斤。\n"
        "昨天淘到一册澜江县志的水利卷，缺封底，八块。要找菜谱的去左手第二个纸箱。\n"
        "多谢惦记。周三下午我去进货，不出摊，别白跑。"
    )
    threads = read().frame[read().frame["source"] == "论坛"]["body"]
    assert len(threads) == 3
    assert not threads.str.contains("生活版提醒|陪你把日子过细|使用道具|楼主分享|沙发").any()


@pytest.mark.parametrize(
    "title",
    ['=HYPERLINK("https://example.com/prize","点我领中秋红包")', "<img src=x onerror=alert(1)>月饼一元抢"],
)
def test_titles_that_would_do_harm_elsewhere_stay_text(title: str) -> None:
    assert document(title)["source"] == "来历不明的号"
    assert "<img" not in read().frame.to_html()


def test_look_alikes_stay_for_the_eye_and_go_for_counting() -> None:
    from toolkit.text import normalise

    page = str(document("石门岭⺠宿周末捡漏，三家老板自己说的底价")["body"])
    assert "⺠宿平⽇和周末差⼀倍" in page and "民宿平日和周末差一倍" in normalise(page)
    note = str(document("这个周末喝什么：钟楼巷到东堤的三杯")["body"])
    assert "桂\u200b花拿铁" in note and "桂花拿铁" in normalise(note)


def test_a_page_of_several_articles_is_parted_on_demand_and_nothing_else_is() -> None:
    whole, parted = read().frame, read("auto").frame
    parts = [
        "大闸蟹怎么挑才不会空？",
        "开学两周了，孩子早上还是起不来怎么办？",
        "阳台上的桂花光长叶子，为什么不开？",
    ]
    at = whole["title"].tolist().index(parts[0])
    titles = whole["title"].tolist()
    assert parted["title"].tolist() == [*titles[:at], *parts, *titles[at + 1 :]]
    assert parts[1] in whole["body"].iloc[at]


def test_copies_are_found_with_their_originals_and_nothing_else_is() -> None:
    copies = tk.list_copies(tk.mark_duplicates(read("auto").frame))
    assert dict(zip(copies["title"], copies["original_title"], strict=True)) == COPIES
    assert copies["title"].tolist() == list(COPIES), "the most alike first"
    share = dict(zip(copies["title"], copies["similarity"], strict=True))
    traditional, edited, spun, lifted = (share[title] for title in COPIES)
    assert traditional > 0.9 > edited > 0.6 > spun > 0.3
    assert 0.25 < lifted < 0.45
    lines = copies.set_index("title").loc[list(COPIES)[3], "passage"]
    assert "干桂花下锅煮两分钟" in lines and "热气一扑" in lines

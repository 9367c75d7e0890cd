"""The page an editor forwards: its order, its words, and that hostile text stays text."""

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from frames import (
    full_report,
    make_documents,
    make_headlines,
    make_history,
    make_plan,
    make_rivals,
    make_topics,
    make_trends,
)

from toolkit import schema
from toolkit.export import write_report
from toolkit.schema import CHECKS, Rules, check

# --- the report --------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would see: tags, attributes, and the text outside style."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self._style = False
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def links(self) -> list[str]:
        return [value for tag, name, value in self.attributes if tag == "a" and name == "href"]


HTML_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "article",
        "figure",
        "details",
    ),
    *(
        "summary",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "a",
        "b",
        "i",
        "br",
        "bdi",
        "small",
        "span",
        "div",
        "table",
    ),
    *(
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "svg",
        "g",
        "path",
        "text",
        "tspan",
        "rect",
        "line",
        "defs",
        "clippath",
    ),
}


def test_the_report_opens_with_the_rivals_and_tells_the_week(tmp_path: Path) -> None:
    page = Page(full_report(tmp_path / "a.html", sample_groups=True))
    text = page.text
    order = [
        "同行这周发了什么",
        "上升最快：大闸蟹（7 篇，之前平均 1 篇）",
        "排序是编辑的权重，不是预测",
        "写法检查，不是预测",
        "已达上限的 98.6%",
        "说明",
    ]
    places = [text.rindex(part) for part in order]
    assert places == sorted(places)
    for sentence in (
        "示例群内容截至 2026 年 9月20日 周日",
        "3 个同行来源，本期发了 9 篇",
        "2 个词在上升：大闸蟹、桂花拿铁",
        "3 条内容发给 3 个群，共 4 次发布，已达上限的 98.6%",
        "本期 5 篇，前期同样长的时间平均 3.5 篇（多 1.5 篇）；20% 与别家更早的内容重复",
        "石门岭的蟹到了，母蟹先红 阅读 1.2万 · 9月18日 周五 08:00",
        "这一期没有发文：慢烘研究所",
        "大闸蟹包含：母蟹↑ 上升739.3 倍39月2日<0.1% 很稳出处 3 篇",
        "桂花拿铁 新词＋ 新出现507.0 倍39月15日3% 较稳出处 1 篇",
        "1. 大闸蟹选题分 81.2关键词：大闸蟹、母蟹角度：算账：一家三口吃一顿要多少钱（同行 3 篇里没人用）扩散×0.96",
        "2. 桂花拿铁选题分 64.9 ! 留意",
        "一斤四只还是三只，大闸蟹的账这样算✓ 通过7858% 51% 至 65%把「这样算」换成具体的数",
        "写法分的分项长短18/20具体15/20other45",
        "全网最低价的桂花拿铁✕ 不可用41暂无删去「全网最低价」",
        "9月25日 周五中秋放假",
        "08:00减法礼盒到货 已定促销柳塘鲜友一群你固定的",
        "20:00中秋前一周，大闸蟹怎么挑干货东堤鲜友二群、柳塘鲜友一群晚上读的人多",
        "未排入 2 次节日当天不发无关促销：1 次位置让给了价值更高的内容：1 次",
        "有 3 篇没有发布时间，没有算进升降",
        "没有标题也没有正文：1 行",
        "a.csv 第 7 行：没有标题也没有正文",
    ):
        assert sentence in text, sentence
    assert set(page.links()) == {
        *("#rivals", "#trends", "#topics", "#plan"),
        *("https://example.com/1", "https://example.com/3?a=1&b=2"),
    }


def make_drivers() -> pd.DataFrame:
    frame = make_trends()
    frame = frame[["大闸蟹" in term for term in frame["term"]]].head(1)
    return pd.concat(
        [
            frame.assign(source="石门岭鲜生", share=0.75, documents=3),
            frame.assign(source="慢烘研究所", share=0.25),
        ],
        ignore_index=True,
    )


def make_contrast() -> pd.DataFrame:
    rows = [("桂花乌龙", -4.2, "theirs", 1, 12000), ("绘本角", 3.1, "ours", 9, 2)]
    return pd.DataFrame(rows, columns=["term", "z", "side", "ours", "theirs"])


def test_the_report_says_who_drives_the_trends_and_what_only_rivals_write(tmp_path: Path) -> None:
    text = Page(full_report(tmp_path / "a.html", drivers=make_drivers(), contrast=make_contrast())).text
    order = [
        "上升最快：大闸蟹（7 篇，之前平均 1 篇）",
        "大闸蟹：主要由「石门岭鲜生」带动（75%）",
        "大闸蟹包含：母蟹",
        "同行在写、我们少写：桂花乌龙",
        "同行写得多的 1 个词桂花乌龙 同行 1.2万 篇 · 我们 1 篇",
        "我们写得多的 1 个词绘本角 同行 2 篇 · 我们 9 篇",
        "排序是编辑的权重，不是预测",
    ]
    places = [text.rindex(part) for part in order]
    assert places == sorted(places)
    without = Page(full_report(tmp_path / "b.html", drivers=make_drivers().head(0), contrast=None)).text
    assert "带动" not in without and "写得多" not in without


def test_the_report_needs_nothing_from_outside(tmp_path: Path) -> None:
    path = full_report(tmp_path / "a.html")
    page = Page(path)
    assert set(page.tags) <= HTML_TAGS
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcset", "action"}]
    raw = path.read_text("utf-8")
    assert set(re.findall(r"https?://[^/\"'\s]+", raw)) == {"https://example.com"}
    assert "url(" not in raw.replace("url(#", "") and "@import" not in raw
    assert (
        "meta",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in (page.attributes)


def test_a_report_of_nothing_says_why(tmp_path: Path) -> None:
    undated = make_documents().assign(published_at=pd.NaT)
    page = Page(
        write_report(
            tmp_path / "a.html", documents=undated, asof="2026-09-20", notes=["这批内容没有日期，看不出升降"]
        )
    )
    for sentence in (
        "内容没有日期",
        "没有同行的内容可以列。",
        "没有算出热词。",
        "没有选题。",
        "没有备选标题。",
        "没有排期。",
        "说明 这批内容没有日期，看不出升降",
    ):
        assert sentence in page.text, sentence
    reasons = {"trends": "这批内容没有日期，看不出升降。"}
    empty = full_report(
        tmp_path / "b.html",
        trends=schema.TRENDS.empty(),
        topics=schema.TOPICS.empty(),
        headlines=schema.HEADLINES.empty(),
        rivals=make_rivals().head(0),
        documents=schema.DOCUMENTS.empty(),
        plan=None,
        rejected=None,
        notes=(),
        reasons=reasons,
    )
    assert "热词 这批内容没有日期，看不出升降。" in Page(empty).text
    assert "读入的内容都用上了，没有要说明的。" in Page(empty).text


def test_a_report_without_chances_or_evidence_says_so(tmp_path: Path) -> None:
    headlines = make_headlines().assign(chance=float("nan"))
    text = Page(full_report(tmp_path / "a.html", headlines=headlines, documents=None)).text
    assert "胜出机会暂无：本账号的历史成绩还不够，经不起检验的数字不给。" in text
    assert "出处 3 篇（没有附上内容，列不出标题）" in text


def test_long_lists_fold_away_and_are_not_dropped(tmp_path: Path) -> None:
    trends = pd.concat([make_trends()] * 10, ignore_index=True)
    trends["term"] = [f"词{number:02d}" for number in range(30)]
    page = Page(full_report(tmp_path / "a.html", trends=trends))
    assert "其余 10 个词" in page.text
    assert all(f"词{number:02d}" in page.text for number in range(30))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script src=https://evil.example/x.js></script>",
    "</svg><iframe srcdoc='x'>",
    "javascript:alert(1)",
    "\u202e蟹闸大\u2066<b onclick=x>",
    "&lt;script&gt; &#x3c;script",
    "</bdi></td></table><form action=https://evil.example>",
]


def hostile(frame: pd.DataFrame, text: str, *keep: str) -> pd.DataFrame:
    """The frame with a hostile text in every text and list column but the ones that are keys."""
    frame = frame.copy()
    for name in frame.columns:
        if name in keep:
            continue
        if isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = text
        elif frame[name].dtype == object and isinstance(frame[name].iloc[0], list):
            frame[name] = [[text] for _ in range(len(frame))]
    return frame


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup(tmp_path: Path, text: str) -> None:
    plan = make_plan()
    object.__setattr__(plan, "items", hostile(plan.items, text, "item_id"))
    object.__setattr__(plan, "groups", hostile(plan.groups, text, "group_id"))
    object.__setattr__(
        plan, "calendar", hostile(plan.calendar, text, "post_id", "item_id", "group_id", "status")
    )
    object.__setattr__(plan, "unplaced", hostile(plan.unplaced, text, "item_id"))
    checks = [(text, severity, text, text, 1.0) for severity in ("block", "warn", "warn", "info")]
    object.__setattr__(plan, "checks", check(pd.DataFrame(checks, columns=CHECKS.names), CHECKS))
    object.__setattr__(plan, "bound_by", text)
    rivals = make_rivals().assign(source=text, channel=text)
    rivals["top_titles"] = [[{"title": text, "url": text, "reads": 1, "published_at": None}]] * 3
    trends = hostile(make_trends(), text, "status", "evidence")
    path = full_report(
        tmp_path / "a.html",
        title=text,
        rivals=rivals,
        trends=trends,
        history=make_history().assign(term=text),
        drivers=make_drivers().assign(term=text, source=text),
        contrast=make_contrast().assign(term=text),
        documents=hostile(make_documents(), text, "doc_id"),
        topics=hostile(make_topics(), text, "evidence"),
        headlines=hostile(make_headlines(), text).rename(columns={"part_length": f"part_{text}"}),
        plan=plan,
        notes=[text],
        rejected=pd.DataFrame({"path": [text], "row": [text], "reason": [text]}),
        reasons={"plan": text},
    )
    page = Page(path)
    assert set(page.tags) <= HTML_TAGS
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcdoc", "action"}]
    assert {link for link in page.links() if not link.startswith("#")} == set()
    assert page.tags.count("html") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text("utf-8"))


def test_a_year_without_known_days_off_is_named(tmp_path: Path) -> None:
    plan = make_plan()
    plan.calendar["starts_at"] += pd.Timedelta(days=3650)
    assert "2036 年的放假安排没有收录，只按周末算。" in Page(full_report(tmp_path / "a.html", plan=plan)).text


def test_the_plan_says_what_it_broke_and_how_its_bound_was_made(tmp_path: Path) -> None:
    rows = [
        ("mix", "warn", "g1", "一群促销太多", 1.5),
        ("mix", "warn", "g2", "二群促销太多", 2.25),
        ("pinned", "warn", "p3", "已定的发布不合节日的规矩", 0.0),
        ("quiet", "block", "p4", "落在免打扰里", 0.0),
    ]
    checks = check(pd.DataFrame(rows, columns=CHECKS.names), CHECKS)
    plan = dataclasses.replace(make_plan(), checks=checks, bound_by="放宽整数后求得。")
    page = Page(full_report(tmp_path / "a.html", plan=plan))
    assert (
        "这份排期的总价值是 13.8，上限是 14.0。上限的由来：放宽整数后求得。违反规则 1 处落在免打扰里"
        "要留意的 3 处，代价 3.8内容搭配：2 处，代价 3.8已定或已发的保留：1 处"
        "二群促销太多 代价 2.2一群促销太多 代价 1.5已定的发布不合节日的规矩9月21日 周一"
    ) in page.text
    # no group of rows to sum up: the list alone; nothing broken: no word of it
    single = dataclasses.replace(plan, checks=checks.head(1), bound_by="")
    text = Page(full_report(tmp_path / "b.html", plan=single)).text
    assert "上限是 14.0。要留意的 1 处，代价 1.5一群促销太多 代价 1.59月21日 周一" in text
    bare = Page(full_report(tmp_path / "c.html")).text
    assert not [word for word in ("要留意的", "违反规则", "上限的由来") if word in bare]


def test_a_long_list_of_checks_points_to_the_workbook(tmp_path: Path) -> None:
    rows = [("mix", "warn", "g1", f"第 {number} 处", 1.0) for number in range(203)]
    plan = dataclasses.replace(make_plan(), checks=check(pd.DataFrame(rows, columns=CHECKS.names), CHECKS))
    text = Page(full_report(tmp_path / "a.html", plan=plan)).text
    assert "第 199 处 代价 1.0另有 3 条，见工作簿的「检查」表" in text


def test_close_choices_and_open_wishes_are_told_beside_the_calendar(tmp_path: Path) -> None:
    reasons = [f"群「甲」换成第 {n} 条<b>，价值不变" for n in range(9)]
    close = pd.DataFrame({"reason": reasons})
    plan = dataclasses.replace(make_plan(), rules=Rules.balanced())
    page = write_report(tmp_path / "a.html", plan=plan, close=close).read_text(encoding="utf-8")
    assert "相差不多的取舍 9 处，列出最接近的 8 处，可以由你来定" in page
    assert [f"第 {n} 条&lt;b&gt;，价值不变" in page for n in range(9)] == [True] * 8 + [False]
    assert "软规则的代价没有算进上限" in page
    plain = write_report(tmp_path / "b.html", plan=make_plan(), close=close.iloc[:0]).read_text(
        encoding="utf-8"
    )
    assert "相差不多的取舍" not in plain
    assert "软规则的代价没有算进上限" not in plain


def test_the_page_says_what_the_order_of_topics_is() -> None:
    from toolkit.export._report import ORDER_NOTE
    from toolkit.topics import RANK_SENTENCE

    assert ORDER_NOTE.startswith(RANK_SENTENCE)

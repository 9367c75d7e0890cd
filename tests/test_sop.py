"""What to send on a day: the page to tick off, the text to copy from, and the folder they are kept in."""

import base64
import dataclasses
import datetime as dt
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frames import make_groups, make_items, make_plan
from hypothesis import given
from hypothesis import strategies as st

from toolkit.charts import plain
from toolkit.export._sop import write_sop
from toolkit.schema import CALENDAR, ChoiceError, ColumnError, InputError, Plan, check

TOP, BOTTOM = "──────── 从这里复制 ────────", "──────── 到这里为止 ────────"


class Page(HTMLParser):
    """What a browser would see: (tag, attributes, text up to the next tag) in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_bytes().decode("utf-8")
        self.parts: list[tuple[str, dict[str, str], str]] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, {name: value or "" for name, value in attrs}, ""))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append((f"/{tag}", {}, ""))

    def handle_data(self, data: str) -> None:
        if self.parts:
            tag, attributes, text = self.parts[-1]
            self.parts[-1] = (tag, attributes, text + data)

    @property
    def text(self) -> str:
        """All that can be read, blanks and line ends as one blank."""
        words = [text for tag, _, text in self.parts if tag not in {"style", "script", "title"}]
        return re.sub(r"\s+", " ", "".join(words)).strip()

    def of(self, kind: str) -> list[str]:
        """The texts of the elements with a class."""
        return [text for _, attributes, text in self.parts if kind in attributes.get("class", "").split()]

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes, _ in self.parts if name in attributes]


def read_text(folder: Path, day: str) -> str:
    """A day's text as an editor's program shows it."""
    return (folder / f"{day}.txt").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def make_day() -> Plan:
    """The small week with everything on its Monday: a wave, a sent post, codes, pictures, links and lists apart."""
    plan = make_plan()
    items = plan.items.assign(
        media=[["图\\九月\\蟹肚.jpg", "/home/xiaoman/蟹腿.png"], [], []],
        link=[None, "https://example.com/box?a=1&b=2", None],
    )
    rows = [
        ("p1", "i1", "g1", "2026-09-21 20:00", "draft", 0, "K7WQ2"),
        ("p2", "i1", "g2", "2026-09-21 20:00", "pinned", 3, "M4TRX"),
        ("p3", "i1", "g3", "2026-09-21 20:00", "sent", 1, None),
        ("p4", "i2", "g1", "2026-09-21 08:00", "draft", 0, None),
        ("p5", "i3", "g3", "2026-09-21 12:30", "sent", 1, None),
        ("p6", "i3", "g1", "2026-09-21 08:00", "missed", 1, None),
        ("p7", "i2", "g2", "2026-09-21 20:00", "cancelled", 2, None),
        ("p8", "i3", "g3", "2026-09-22 12:30", "draft", 0, None),
    ]
    names = ["post_id", "item_id", "group_id", "starts_at", "status", "sequence", "code"]
    calendar = check(pd.DataFrame(rows, columns=names), CALENDAR)
    return dataclasses.replace(plan, calendar=calendar, items=items)


# --- the text ----------------------------------------------------------------------------------------------------


def test_the_days_text_holds_each_message_between_two_lines(tmp_path: Path) -> None:
    folder = write_sop(make_day(), tmp_path / "清单")
    assert folder == tmp_path / "清单"
    assert sorted(file.name for file in folder.iterdir()) == [
        *("2026-09-21.html", "2026-09-21.txt", "2026-09-22.html", "2026-09-22.txt", "index.html")
    ]
    assert (
        read_text(folder, "2026-09-21")
        == f"""文案台发布清单 2026 年 9月21日 周一
2 批，3 次发布；1 批待写；已发 2 次；未发 1 次；取消 1 次
每条消息：从「从这里复制」的下一行选到「到这里为止」的上一行，复制，贴到群里。
暗号每个群不同：请群友回复它，或把它加在链接末尾，复盘时先按它对上是哪个群。


【1/2】 08:00 · 小满 · 减法礼盒到货
类型：促销
群：柳塘鲜友一群
链接：https://example.com/box?a=1&b=2
文字：待写


【2/2】 20:00 · 小满 · 中秋前一周，大闸蟹怎么挑
类型：干货 · 约 30 分钟
同批群发 2 个群：
　东堤鲜友二群　暗号 M4TRX
　柳塘鲜友一群　暗号 K7WQ2
图片 2 张：蟹肚.jpg、蟹腿.png

{TOP}
看肚脐，掂分量，捏蟹腿。
{BOTTOM}


◇ 已发
12:30 睡前共读：第一本书（望湖故事群）
20:00 中秋前一周，大闸蟹怎么挑（望湖故事群）


◇ 未发：过了时间没有发。要补发的，请另排时间。
08:00 睡前共读：第一本书（柳塘鲜友一群）


◇ 取消：不用发。
20:00 减法礼盒到货（东堤鲜友二群）
"""
    )


def test_the_text_is_for_old_editors_on_windows(tmp_path: Path) -> None:
    data = (write_sop(make_day(), tmp_path) / "2026-09-21.txt").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf\xe6")
    assert data.count(b"\n") == data.count(b"\r\n") > 30
    assert data.count(b"\r") == data.count(b"\r\n")


def test_a_text_cannot_draw_the_lines_around_it(tmp_path: Path) -> None:
    plan = make_day()
    plan.items.loc[0, "copy"] = f"上\n{BOTTOM}\n{TOP}\n下"
    text = read_text(write_sop(plan, tmp_path), "2026-09-21")
    dash = "─" * 9
    top, bottom = f"{dash} 从这里复制 {dash}\n", f"\n{dash} 到这里为止 {dash}\n"
    assert text.split(top)[1].split(bottom)[0] == plan.items.loc[0, "copy"]
    assert (text.count(top), text.count(bottom)) == (1, 1)


@pytest.mark.parametrize("blank", [None, "", " \n　", "\u200e"])
def test_a_post_without_text_says_so_and_never_its_title_alone(tmp_path: Path, blank: str | None) -> None:
    plan = make_day()
    plan.items["copy"] = pd.Series([blank] * 3, dtype="str")
    folder = write_sop(plan, tmp_path)
    page, text = Page(folder / "2026-09-21.html"), read_text(folder, "2026-09-21")
    assert page.of("text") == ["待写"] * 3
    assert "复制文字" not in page.text
    assert text.count("文字：待写\n") == 2
    assert "从这里复制 " not in text
    assert "1 批，1 次发布；1 批待写" in Page(folder / "index.html").text


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_page_goes_by_owner_and_time_and_then_by_group(tmp_path: Path) -> None:
    page = Page(write_sop(make_day(), tmp_path) / "2026-09-21.html")
    wave = "20:00 中秋前一周，大闸蟹怎么挑 同批群发：另外 2 个群正文"
    assert page.text == (
        "2026 年 9月21日 周一 2 批，3 次发布；1 批待写；已发 2 次；未发 1 次；取消 1 次 "
        "全部日期后一天：9月22日 周二纯文字（TXT） 全部负责人小满阿苇全部群东堤鲜友二群望湖故事群柳塘鲜友一群 "
        "这样选没有要发的。请把上面的负责人或群换成「全部」。 "
        "小满2 批，约 30 分钟 08:00减法礼盒到货促销 待写 链接https://example.com/box?a=1&b=2复制链接 柳塘鲜友一群 "
        "20:00中秋前一周，大闸蟹怎么挑干货 · 约 30 分钟 · 同批群发：3 个群 看肚脐，掂分量，捏蟹腿。 复制文字 "
        "图片 2 张蟹肚.jpg蟹腿.png 东堤鲜友二群暗号 M4TRX✓ 已发望湖故事群柳塘鲜友一群暗号 K7WQ2 全部勾上 "
        "阿苇1 批，约 20 分钟 12:30睡前共读：第一本书话题 · 约 20 分钟 今晚读哪一本？ 复制文字 ✓ 已发望湖故事群 "
        f"按群核对 东堤鲜友二群{wave} 望湖故事群✓ 已发12:30 睡前共读：第一本书正文✓ 已发{wave} "
        f"柳塘鲜友一群08:00 减法礼盒到货正文{wave} "
        "未发1 次 过了时间没有发。要补发的，请另排时间。 08:00 睡前共读：第一本书柳塘鲜友一群 · 阿苇 "
        "取消1 次 不用发。 20:00 减法礼盒到货东堤鲜友二群 · 小满 "
        "说明 勾选记在这台设备的这个浏览器里，不会传给别人；排期改了时间或状态的，要重新勾。"
        "暗号每个群不同：请群友回复它，或把它加在链接末尾，复盘时先按它对上是哪个群。 "
        "这个浏览器不让网页记东西：关掉这一页，勾选就没有了。 "
        "这个浏览器没有运行脚本：可以勾，不会记住；文字请选中后复制。"
    )
    keys = ["p4|0|2026-09-21T08:00", "p2|3|2026-09-21T20:00", "p1|0|2026-09-21T20:00"]
    assert page.values("data-key") == [*keys, keys[1], keys[0], keys[2]]
    sends = [part for part in page.parts if part[0] == "article"]
    assert [part[1] for part in sends] == [
        {"class": "send", "id": "s1"},
        {"class": "send", "id": "s2"},
        {"class": "send done", "id": "s3"},
    ]
    assert page.values("href") == [
        *("index.html", "2026-09-22.html", "2026-09-21.txt", "https://example.com/box?a=1&b=2"),
        *("#s2", "#s3", "#s2", "#s1", "#s2"),
    ]


def test_cancelled_ones_alone_are_struck_through(tmp_path: Path) -> None:
    assert Page(write_sop(make_day(), tmp_path) / "2026-09-21.html").of("gone") == ["20:00 "]


def test_a_page_leads_to_the_days_beside_it(tmp_path: Path) -> None:
    folder = write_sop(make_plan(), tmp_path)
    days = ["2026-09-21", "2026-09-22", "2026-09-25", "2026-09-27"]
    beside = [re.findall(r'"([-\d]+)\.html"', Page(folder / f"{day}.html").source) for day in days]
    assert beside == [[days[1]], [days[0], days[2]], [days[1], days[3]], [days[2]]]
    listed = Page(folder / "index.html").values("href")
    assert listed == [f"{day}.{kind}" for day in days for kind in ("html", "txt")]


def test_the_days_marks_stand_on_the_page_in_the_text_and_in_the_list(tmp_path: Path) -> None:
    calendar = make_plan().calendar.assign(
        starts_at=["2026-09-18", "2026-09-20", "2026-09-25", "2026-10-01", "2027-03-01"]
    )
    folder = write_sop(check(calendar, CALENDAR), tmp_path, items=make_items(), groups=make_groups())
    marked = {day: Page(folder / f"2026-{day}.html").of("festival") for day in ("09-18", "09-25", "10-01")}
    assert marked == {"09-18": [], "09-25": ["中秋"], "10-01": ["国庆"]}
    assert Page(folder / "2026-09-18.html").of("solemn") == ["庄重日：九一八"]
    assert read_text(folder, "2026-09-18").startswith(
        "文案台发布清单 2026 年 9月18日 周五 · 庄重日：九一八\n"
    )
    index = Page(folder / "index.html")
    assert (index.of("solemn"), index.of("festival")) == (["庄重日：九一八"], ["中秋", "国庆"])
    assert index.of("workday") == ["调休上班"]
    assert index.text.endswith("2027 年的放假安排还没有公布，按往年推算。")


def test_pictures_that_are_not_in_the_folder_are_marked(tmp_path: Path) -> None:
    (tmp_path / "图").mkdir()
    (tmp_path / "图" / "蟹腿.png").touch()
    folder = write_sop(make_day(), tmp_path / "a", media=tmp_path / "图")
    assert "图片 2 张：蟹肚.jpg（文件夹里没有）、蟹腿.png\n" in read_text(folder, "2026-09-21")
    assert "图片 2 张蟹肚.jpg 文件夹里没有蟹腿.png 东堤" in Page(folder / "2026-09-21.html").text
    with pytest.raises(InputError, match=r"图片文件夹 .*没有 打不开（.*）。请检查文件夹的位置。"):
        write_sop(make_day(), tmp_path / "b", media=tmp_path / "没有")
    assert not (tmp_path / "b").exists()


# --- review ------------------------------------------------------------------------------------------------------


def test_what_is_not_approved_is_left_out_and_listed(tmp_path: Path) -> None:
    plan = make_day()
    items = plan.items.assign(review=["draft", "Approved", "returned"])
    folder = write_sop(plan, tmp_path, items=items)
    text = read_text(folder, "2026-09-21")
    assert text.split("\n")[1] == (
        "1 批，1 次发布；1 批待写；已发 2 次；还没有审核通过 2 次；未发 1 次；取消 1 次"
    )
    assert "捏蟹腿" not in text
    assert (
        "\n◇ 还没有审核通过：没有放进上面的清单。审核通过后，再写一次清单。\n"
        "20:00 中秋前一周，大闸蟹怎么挑（东堤鲜友二群、柳塘鲜友一群）\n" in text
    )
    page = Page(folder / "2026-09-21.html")
    assert set(page.values("data-key")) == {"p4|0|2026-09-21T08:00"}
    assert "还没有审核通过2 次 没有放进上面的清单。审核通过后，再写一次清单。 20:00 中秋前一周" in page.text
    tuesday = Page(folder / "2026-09-22.html").text
    assert "没有要发的；还没有审核通过 1 次" in tuesday
    assert "今晚读哪一本？" not in tuesday


@pytest.mark.parametrize(
    ("said", "held"),
    [("approved", 0), (" 通过", 0), ("draft", 2), ("returned", 2), ("", 2), (None, 2), ("好的", 2)],
)
def test_only_an_approval_lets_a_text_out(tmp_path: Path, said: str | None, held: int) -> None:
    plan = make_day()
    plan = dataclasses.replace(plan, items=plan.items.assign(review=[said, "approved", "approved"]))
    text = read_text(write_sop(plan, tmp_path), "2026-09-21")
    assert re.findall(r"还没有审核通过 (\d) 次", text) == ([str(held)] if held else [])
    assert ("捏蟹腿" in text) == (held == 0)


def test_of_an_item_that_stands_twice_the_first_row_counts(tmp_path: Path) -> None:
    plan = make_day()
    first = plan.items.assign(review="approved")
    items = pd.concat([first, first.assign(review="draft", copy="另一份")], ignore_index=True)
    text = read_text(write_sop(plan, tmp_path, items=items), "2026-09-21")
    assert (text.count("捏蟹腿"), "另一份" in text, "审核" in text) == (1, False, False)


def test_without_review_nothing_of_it_appears(tmp_path: Path) -> None:
    folder = write_sop(make_day(), tmp_path)
    assert [file.name for file in folder.iterdir() if "审核" in file.read_text("utf-8")] == []


# --- narrowing ---------------------------------------------------------------------------------------------------


def test_one_owner_or_one_day(tmp_path: Path) -> None:
    def written(**more: Any) -> list[str]:
        return sorted(file.name for file in write_sop(make_day(), tmp_path, **more).iterdir())

    assert written(owner="阿苇", day=dt.date(2026, 9, 22)) == [
        *("2026-09-22.html", "2026-09-22.txt", "index.html")
    ]
    assert Page(tmp_path / "index.html").text == (
        "发布清单：阿苇 网页可以勾选，TXT 可以逐条复制到微信。 2026 年 9月22日 周二1 批，1 次发布TXT"
    )
    assert written(day="2026-09-21") == ["2026-09-21.html", "2026-09-21.txt", "index.html"]
    assert written(day="2026-09-23", owner="阿苇") == ["index.html"]
    assert Page(tmp_path / "index.html").text == (
        "发布清单：阿苇 网页可以勾选，TXT 可以逐条复制到微信。 9月23日 周三 没有要发的。要看别的日子，请换一个日期，或不写日期。"
    )


def test_the_groups_owner_stands_in_where_the_item_has_none(tmp_path: Path) -> None:
    plan = make_day()
    plan.items.loc[0, "owner"] = ""
    plan.groups["owner"] = ["阿禾", "", "小棠"]
    page = Page(write_sop(plan, tmp_path) / "2026-09-21.html")
    assert page.values("data-owner") == ["=小满", "=阿苇", "=小棠", "=阿禾", "="]
    assert "没有填负责人1 批，约 30 分钟" in page.text


def test_unknown_owners_and_days_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError) as caught:
        write_sop(make_day(), tmp_path / "a", owner="小蛮")
    assert str(caught.value) == "排期里没有负责人 '小蛮' 的发布。可以用：小满、阿苇。"
    for wrong in ("明天", 20260921, True, pd.NaT):
        with pytest.raises(ChoiceError, match="day 要写成 2026-09-21 这样的日期（现在是"):
            write_sop(make_day(), tmp_path / "a", day=wrong)
    assert not (tmp_path / "a").exists()


def test_posts_without_time_or_with_one_id_are_refused(tmp_path: Path) -> None:
    calendar = make_plan().calendar
    with pytest.raises(ColumnError, match="没有发布时间"):
        write_sop(calendar.assign(starts_at=pd.NaT), tmp_path / "a")
    assert not (tmp_path / "a").exists()


# --- the folder --------------------------------------------------------------------------------------------------


def test_an_empty_calendar_says_what_to_do(tmp_path: Path) -> None:
    folder = write_sop(CALENDAR.empty(), tmp_path / "空" / "清单")
    assert [file.name for file in folder.iterdir()] == ["index.html"]
    assert Page(folder / "index.html").text == (
        "发布清单 网页可以勾选，TXT 可以逐条复制到微信。 "
        "排期里还没有发布。请先把内容条目和群排成排期，再写一次发布清单。"
    )


def test_a_frame_alone_shows_ids_and_a_frame_with_its_tables_equals_its_plan(tmp_path: Path) -> None:
    plan = make_day()
    write_sop(plan.calendar, tmp_path / "bare")
    assert "【1/2】 08:00 · 没有填负责人 · i2\n群：g1\n文字：待写" in read_text(
        tmp_path / "bare", "2026-09-21"
    )
    shuffled = plan.calendar.sample(frac=1, random_state=2)
    write_sop(plan, tmp_path / "a")
    write_sop(shuffled, tmp_path / "b", items=plan.items, groups=plan.groups)
    first = {file.name: file.read_bytes() for file in (tmp_path / "a").iterdir()}
    assert {file.name: file.read_bytes() for file in (tmp_path / "b").iterdir()} == first


def test_the_input_is_left_alone(tmp_path: Path) -> None:
    plan, same = make_day(), make_day()
    write_sop(plan, tmp_path, owner="小满")
    for name in ("calendar", "items", "groups"):
        pd.testing.assert_frame_equal(getattr(plan, name), getattr(same, name))


def test_our_own_old_sheets_go_and_nothing_else(tmp_path: Path) -> None:
    write_sop(make_day(), tmp_path)
    theirs = {
        "2026-09-30.txt": "抄下文案台发布清单",
        "2026-09-30.html": "<p>我的</p>",
        "读我.txt": "文案台发布清单 抄来的",
    }
    for name, words in theirs.items():
        (tmp_path / name).write_text(words, encoding="utf-8")
    (tmp_path / "2026-09-22").mkdir()
    write_sop(make_plan(), tmp_path)
    days = ("2026-09-21", "2026-09-22", "2026-09-25", "2026-09-27")
    ours = {"index.html", *(f"{day}.{kind}" for day in days for kind in ("html", "txt"))}
    assert {file.name for file in tmp_path.iterdir()} == {*ours, *theirs, "2026-09-22"}
    write_sop(CALENDAR.empty(), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"index.html", *theirs, "2026-09-22"}
    assert {name: (tmp_path / name).read_text("utf-8") for name in theirs} == theirs


@pytest.mark.parametrize("name", ["index.html", "2026-09-21.txt", "2026-09-21.html"])
def test_somebody_elses_file_is_never_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("首页", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_sop(make_day(), tmp_path)
    assert str(caught.value) == f"{tmp_path} 里的 {name} 不是发布清单写的，没有覆盖它。请换一个文件夹。"
    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == {name: "首页"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "清单").touch()
    with pytest.raises(InputError, match=r"清单 是一个文件，发布清单要放进文件夹。请换一个名字。"):
        write_sop(make_day(), tmp_path / "清单")


# --- text that others wrote --------------------------------------------------------------------------------------

HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=hit=1>\"' onclick=hit=1 x='&amp;"


def make_hostile() -> Plan:
    """The day with every text of it written by somebody who means ill."""
    plan = make_day()
    items = plan.items.assign(
        **{name: [HOSTILE] * 3 for name in ("title", "kind", "owner", "copy", "link")},
        media=[[HOSTILE, "javascript:hit=1"]] * 3,
    )
    groups = plan.groups.assign(**{name: [f"{HOSTILE}{n}" for n in range(3)] for name in ("name", "channel")})
    calendar = plan.calendar.assign(code=HOSTILE, post_id=[f"{HOSTILE}{n}" for n in range(8)])
    return dataclasses.replace(plan, calendar=calendar, items=items, groups=groups)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    plain_page = Page(write_sop(make_day(), tmp_path / "a") / "2026-09-21.html")
    page = Page(write_sop(make_hostile(), tmp_path / "b") / "2026-09-21.html")
    known = {tag for tag, _, _ in plain_page.parts}
    assert {tag for tag, _, _ in page.parts} <= known
    names = {name for _, attributes, _ in page.parts for name in attributes}
    assert names <= {name for _, attributes, _ in plain_page.parts for name in attributes} | {"title"}
    assert page.of("text") == [HOSTILE] * 3
    assert [
        link for link in page.values("href") if not re.fullmatch(r"#s\d|index\.html|[-\d]+\.(html|txt)", link)
    ] == []


def test_the_policy_lets_only_our_own_script_and_style_run(tmp_path: Path) -> None:
    folder = write_sop(make_hostile(), tmp_path)
    for name, runs in (("2026-09-21.html", ["script", "style"]), ("index.html", ["style"])):
        page = Page(folder / name)
        [policy] = [
            a["content"] for _, a, _ in page.parts if a.get("http-equiv") == "Content-Security-Policy"
        ]
        digests = {
            kind: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for kind in runs
            for text in re.findall(f"<{kind}>(.*?)</{kind}>", page.source, flags=re.DOTALL)
        }
        rules = [f"{kind}-src 'sha256-{digests[kind]}'" for kind in sorted(runs, reverse=True)]
        assert policy == f"default-src 'none'; {'; '.join(rules)}; base-uri 'none'; form-action 'none'"
        assert page.source.count("<script>") == ("script" in runs)
        assert page.values("src") == page.values("style") == []
        assert re.findall(r"url\(|@import|fetch\(|XMLHttp|innerHTML|eval\(", page.source) == []


def one_message(copy: str, *, title: str = "一条", name: str = "一群") -> Plan:
    plan = make_plan()
    calendar = plan.calendar.head(1)
    items, groups = plan.items.head(1).copy(), plan.groups.head(1).copy()
    items["copy"], items["title"] = pd.Series([copy], dtype="str"), pd.Series([title], dtype="str")
    groups["name"] = pd.Series([name], dtype="str")
    return dataclasses.replace(plan, calendar=calendar, items=items, groups=groups)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_comes_through_exactly(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    folder = write_sop(one_message(f"头{words}尾", title=words, name=words), tmp_path_factory.mktemp("any"))
    expected = f"头{plain(words)}尾"
    assert Page(folder / "2026-09-21.html").of("text") == [expected]
    text = read_text(folder, "2026-09-21")
    assert text.split(f" 从这里复制 {'─' * 8}\n")[1].split(f"\n{'─' * 8} 到这里为止")[0] == expected
    head = re.findall(r"【1/1】.*\n.*\n(.*)\n", text)
    assert head == [f"群：{' '.join(plain(words).split()) or 'g1'}"]


def test_five_hundred_groups_and_ten_thousand_characters(tmp_path: Path) -> None:
    base = make_plan()
    ids = [f"g{n:03d}" for n in range(500)]
    groups = pd.concat([base.groups.head(1)] * 500, ignore_index=True).assign(
        group_id=ids, name=[f"👩‍👩‍👧第{n}群🎈" for n in range(500)]
    )
    items = base.items.head(1).assign(copy=["蟹" * 10_000])
    calendar = pd.DataFrame(
        {
            "post_id": [f"i1@{group}" for group in ids],
            "item_id": "i1",
            "group_id": ids,
            "starts_at": pd.Timestamp("2026-09-21 20:00", tz="Asia/Shanghai"),
        }
    )
    folder = write_sop(check(calendar, CALENDAR), tmp_path, items=items, groups=groups)
    page, text = Page(folder / "2026-09-21.html"), read_text(folder, "2026-09-21")
    assert page.of("text") == ["蟹" * 10_000]
    assert sorted(set(page.values("data-key"))) == [f"i1@{group}|0|2026-09-21T20:00" for group in ids]
    assert "同批群发：500 个群" in page.text
    assert page.text.count("👩‍👩‍👧第499群🎈") == 3  # to choose, to tick, and by group
    assert text.count("👩‍👩‍👧第499群🎈") == 1
    assert len(page.source) < 500_000
    # so many groups are folded away
    assert [text for tag, _, text in page.parts if tag == "summary"] == ["500 个群，逐群看"]
    few = Page(write_sop(make_day(), tmp_path / "few") / "2026-09-21.html")
    assert "details" not in {tag for tag, _, _ in few.parts}

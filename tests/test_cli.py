"""The week without a screen: one chain from content to files, the same bytes each time, no traceback on bad input."""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import icalendar
import openpyxl
import pandas as pd
import pytest

import toolkit as tk
from toolkit import cli, lexicons, schema
from toolkit import week as week_room

NOW = ["--now", "2026-09-21 09:00"]
FILES = ["calendar.ics", "calendar.xlsx", "monday.html", "report.html", "trends.csv"]


def week(*arguments: str | Path) -> int:
    return cli.main(["week", *map(str, arguments), *NOW])


@pytest.fixture(scope="module")
def sample_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("一周 结果")
    assert week("--out", out, "--home", out / "没有") == 0
    return out


def own_content(folder: Path, word: str) -> Path:
    """Ten weeks of another world in which one word rises in the last week."""
    things = ["咸蛋", "笋干", "米酒", "辣酱", "豆豉", "海苔", "腊肉", "粉丝", "木耳", "银耳", "红枣"]
    rows = []
    for day in range(70):
        for number in range(3):
            names = [things[(day * 3 + number * 5 + k) % len(things)] for k in range(3)]
            risen = [word] if day >= 63 else []
            stamp = dt.datetime(2026, 3, 2, 8 + number, 20) + dt.timedelta(days=day)  # noqa: DTZ001 - as exported
            rows.append([f"账号{number}", f"{'、'.join([*risen, *names])}第{day}天{number}篇", stamp])
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=["账号", "标题", "发布时间"]).to_csv(
        folder / "导出.csv", index=False, encoding="gb18030"
    )
    return folder


def calendar_rows(path: Path) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]
    head = next(place for place, row in enumerate(rows) if "条目编号" in row)
    return [dict(zip(map(str, rows[head]), row, strict=True)) for row in rows[head + 1 :]]


def topic_items(path: Path) -> set[str]:
    return {str(row["条目编号"]) for row in calendar_rows(path) if str(row["条目编号"]).startswith("选题-")}


def test_the_week_lays_five_files(sample_week: Path) -> None:
    assert sorted(path.name for path in sample_week.iterdir()) == FILES
    report = (sample_week / "report.html").read_text(encoding="utf-8")
    assert "示例群" in report
    assert "没有给内容条目" not in report, "the sample brings thirty items"
    heads = re.findall(r"<h2[^>]*>([^<]+)", report)
    assert heads == ["同行这周发了什么", "热词", "选题", "标题", "排期", "说明"]
    for term in ("月光故事会", "减法礼盒", "大闸蟹", "桂花拿铁"):
        assert term in report
    assert not re.findall(r"(?:src|href)=[\"'](?!https://example\.com|#)[^\"']*", report)


def test_at_least_five_items_of_the_plan_come_from_the_topics(sample_week: Path) -> None:
    assert len(topic_items(sample_week / "calendar.xlsx")) >= 5
    report = (sample_week / "report.html").read_text(encoding="utf-8")
    titles = {
        str(row["标题"])
        for row in calendar_rows(sample_week / "calendar.xlsx")
        if str(row["条目编号"]).startswith("选题-")
    }
    assert all(title in report for title in titles)


def test_the_calendar_begins_on_the_monday_after_the_last_document(sample_week: Path) -> None:
    events = icalendar.Calendar.from_ical((sample_week / "calendar.ics").read_bytes()).walk("VEVENT")
    starts = [event["DTSTART"].dt for event in events]
    assert len(starts) == len(calendar_rows(sample_week / "calendar.xlsx")) > 50
    assert dt.date(2026, 9, 21) <= min(starts).date() < max(starts).date() <= dt.date(2026, 10, 4)


def test_trends_are_the_contracts_columns(sample_week: Path) -> None:
    frame = pd.read_csv(sample_week / "trends.csv", encoding="utf-8-sig")
    assert list(frame.columns) == schema.TRENDS.names
    assert (sample_week / "trends.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_same_input_gives_the_same_bytes(sample_week: Path, tmp_path: Path) -> None:
    # another process, so that nothing of this one's state can help
    command = [
        sys.executable,
        "-m",
        "toolkit.cli",
        "week",
        "--out",
        str(tmp_path),
        "--home",
        str(tmp_path / "没有"),
        *NOW,
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert {
        name: (tmp_path / name).read_bytes() == (sample_week / name).read_bytes() for name in FILES
    } == dict.fromkeys(FILES, True)


def test_other_content_gives_other_topics_and_items(sample_week: Path, tmp_path: Path) -> None:
    content = own_content(tmp_path / "同行 内容", "青团")
    assert week("--documents", content, "--out", tmp_path / "out") == 0
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "青团" in report and "月光故事会" not in report
    assert "没有给内容条目，排期里只有本周选题" in report
    theirs = topic_items(tmp_path / "out" / "calendar.xlsx")
    assert len(theirs) >= 5
    assert not theirs & topic_items(sample_week / "calendar.xlsx")
    assert any("青团" in str(row["标题"]) for row in calendar_rows(tmp_path / "out" / "calendar.xlsx"))
    rows = calendar_rows(tmp_path / "out" / "calendar.xlsx")
    assert {str(row["条目编号"])[:3] for row in rows} == {"选题-"}, (
        "the sample's items must not reach an editor's own plan"
    )


def test_undated_content_is_said_to_have_no_trends(tmp_path: Path) -> None:
    (tmp_path / "文章").mkdir()
    for name in ("社群怎么活跃", "红包怎么发"):
        body = f"{name}？群规先说清楚。社群运营要有固定话题，社群红包要有规则。" * 3
        (tmp_path / "文章" / f"{name}.txt").write_text(f"{name}\n{body}", encoding="utf-8")
    assert week("--documents", tmp_path / "文章", "--out", tmp_path / "out") == 0
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "没有带日期的内容，看不出哪些词在升" in report
    assert len(topic_items(tmp_path / "out" / "calendar.xlsx")) >= 1


def test_the_working_folder_is_the_default_once_it_holds_content(tmp_path: Path) -> None:
    from toolkit import schedule

    home = tmp_path / "我的文案台"
    own_content(home / "同行内容", "青团")
    schedule.write_template(home / "群.xlsx", what="groups")
    schedule.write_template(home / "内容.xlsx", what="items")
    sources = week_room.week_sources(home=home)
    assert (sources.sample_documents, sources.sample_groups, sources.items) == (False, True, None)
    assert sources.out == home / "结果"
    book = openpyxl.load_workbook(home / "群.xlsx")
    names = [cell.value for cell in book.worksheets[0][1]]
    values = {
        "群编号": "a1",
        "群名": "我的群",
        "人群": "街坊",
        "人数": 88,
        "时段": "08:00、20:00",
        "每天上限": 2,
        "每周上限": 6,
    }
    book.worksheets[0].append([values.get(str(name)) for name in names])
    book.save(home / "群.xlsx")
    assert week("--home", home) == 0
    report = (home / "结果" / "report.html").read_text(encoding="utf-8")
    assert "我的群" in report and "示例群" not in report


def bad_inputs(folder: Path) -> dict[str, tuple[Path, str]]:
    def file(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    (folder / "空文件夹").mkdir()
    return {
        "missing folder": (folder / "没有这个", "找不到"),
        "empty folder": (folder / "空文件夹", "文件夹里没有可读的文件"),
        "empty CSV": (file("空.csv", b""), "文件是空的"),
        "header only": (file("头.csv", "标题,正文\n".encode()), "头.csv：只有表头，没有内容"),
        "no title column": (file("无题.csv", "城市,气温\n甲,20\n".encode()), "没有标题列"),
        "picture": (file("图.csv", b"\x89PNG\r\n\x1a\n" + bytes(50)), "PNG 图片"),
        "binary": (file("坏.csv", bytes(range(256)) * 40), "二进制"),
        "broken workbook": (file("坏.xlsx", b"PK\x03\x04" + bytes(40)), "不是完好的 xlsx"),
        "unknown format": (file("片.mp4", b"0000"), "不支持的格式"),
    }


def test_wrong_input_ends_in_one_chinese_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, (path, message) in bad_inputs(tmp_path).items():
        assert week("--documents", path, "--out", tmp_path / "out") == 2, name
        error = capsys.readouterr().err
        assert error.startswith("没有完成："), name
        assert message in error, name
        assert "Traceback" not in error, name
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--start", "胡说"], "--start"),
        (["--now", "胡说"], "--now"),
        (["--platform", "电报"], "不认识的平台"),
        (["--days", "0"], "天"),
        (["--groups", "没有.xlsx"], "没有.xlsx"),
    ],
)
def test_wrong_options_are_named(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = own_content(tmp_path / "内容", "青团")
    assert (
        cli.main(["week", "--documents", str(content), "--out", str(tmp_path / "out"), *NOW, *arguments]) == 2
    )
    error = capsys.readouterr().err
    assert message in error and "Traceback" not in error


def test_nonsense_dates_are_noted_and_the_week_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "乱.csv"
    file.write_text(
        "标题,发布时间\n" + "".join(f"辣酱拌面第{n}种,胡说{n}\n" for n in range(8)), encoding="utf-8"
    )
    assert week("--documents", file, "--out", tmp_path / "out") == 0
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "看不懂的日期「胡说0」" in report
    assert "另有 3 种与原文不同的读法" in report


def test_rejected_rows_are_kept_beside_the_report(tmp_path: Path) -> None:
    content = own_content(tmp_path / "内容", "青团")
    (content / "图.csv").write_bytes(b"\x89PNG")
    assert week("--documents", content, "--out", tmp_path / "out") == 0
    rejected = pd.read_csv(tmp_path / "out" / "没能读入.csv", encoding="utf-8-sig")
    assert rejected["path"].tolist() == ["图.csv"]


def test_a_file_in_the_way_of_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    content = own_content(tmp_path / "内容", "青团")
    assert week("--documents", content, "--out", tmp_path / "out") == 2
    assert "是一个文件" in capsys.readouterr().err


def test_dates_from_the_future_do_not_move_the_week(tmp_path: Path) -> None:
    content = own_content(tmp_path / "内容", "青团")
    (content / "手误.csv").write_text(
        "账号,标题,发布时间\n账号0,年份写错的一篇,2062-05-10\n", encoding="utf-8"
    )
    assert (
        cli.main(["week", "--documents", str(content), "--out", str(tmp_path / "out"), "--now", "2026-05-11"])
        == 0
    )
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "2026 年 5月10日" in report
    assert "发布时间晚于今天，按没有日期处理" in report
    assert "2062" not in report


def test_the_second_week_tells_what_rivals_did_since_the_first(tmp_path: Path) -> None:
    home = tmp_path / "我的文案台"
    own_content(home / "同行内容", "青团")
    assert week("--home", home) == 0
    report = home / "结果" / "report.html"
    assert "同行这周发了什么" in report.read_text(encoding="utf-8")
    more = home / "同行内容" / "下周.csv"
    rows = "".join(f"账号{day % 3},第{day}天的新笋怎么挑,2026-05-{10 + day} 09:00\n" for day in range(1, 6))
    more.write_text(f"账号,标题,发布时间\n{rows}", encoding="utf-8")
    assert week("--home", home) == 0
    second = report.read_bytes()
    assert "5月10日以来，同行发了什么" in second.decode()
    assert week("--home", home) == 0
    assert report.read_bytes() == second, "running the same week again tells the same story"
    with tk.Workspace(f"sqlite:///{home / '文案台.db'}") as workspace:
        assert {"documents", "trends", "topics", "headlines", "calendar", "weeks"} <= set(workspace.names())
        assert workspace.load("weeks")["asof"].tolist() == ["2026-05-10", "2026-05-15"]
        assert len(workspace.load("documents")) == 215


def test_the_sample_weeks_monday_page_tells_all_three(sample_week: Path) -> None:
    page = (sample_week / "monday.html").read_text(encoding="utf-8")
    heads = re.findall(r"<h2[^>]*>([^<]+)", page)
    assert heads == ["同行这周做了什么", "本周三个选题", "上周的建议，对了几条"]
    topics = re.findall(r"<b>(\d)\. <bdi>([^<]+)", page)
    assert [place for place, _ in topics] == ["1", "2", "3"]
    assert "次发布有结果，看的是按暗号的订单" in page
    assert "这是示例世界的内容" in page and 'class="empty"' not in page
    assert re.search(r">热词</td>.*>时段</td>", page, re.DOTALL), "advice was judged"
    assert "排期：排了 54 次，发了 52 次，没发 2 次。" in page
    assert "热词照当时的内容重算了八周" in page


def test_the_second_monday_says_what_the_first_weeks_advice_was_worth(tmp_path: Path) -> None:
    home = tmp_path / "我的文案台"
    own_content(home / "同行内容", "青团")

    def monday(day: str) -> int:
        return cli.main(["week", "--home", str(home), "--now", f"{day} 09:00"])

    assert monday("2026-05-11") == 0
    first = (home / "结果" / "monday.html").read_text(encoding="utf-8")
    assert "还没有上一次的建议可以对账" in first and "还没有能算的效果数据" in first
    # the word goes on rising for another week
    rows = [
        f"账号{number},青团第{day}天第{number}篇怎么做,2026-05-{10 + day} {8 + number}:20\n"
        for day in range(1, 8)
        for number in range(3)
    ]
    (home / "同行内容" / "下周.csv").write_text(f"账号,标题,发布时间\n{''.join(rows)}", encoding="utf-8")
    assert monday("2026-05-18") == 0
    second = (home / "结果" / "monday.html").read_text(encoding="utf-8")
    assert "5月10日以来，同行做了什么" in second
    assert re.search("到昨天为止，有 \\d+ 条发布还写着「待发」", second)
    assert re.search('说对</span>：<span class="name"><bdi>青团</bdi>', second)
    assert monday("2026-05-18") == 0
    assert (home / "结果" / "monday.html").read_text(encoding="utf-8") == second


def test_a_week_takes_posts_as_sent_up_to_a_day(tmp_path: Path) -> None:
    home = tmp_path / "我的文案台"
    own_content(home / "同行内容", "青团")

    def monday(*more: str) -> str:
        assert cli.main(["week", "--home", str(home), *more]) == 0
        return (home / "结果" / "monday.html").read_text(encoding="utf-8")

    monday("--now", "2026-05-11 09:00")
    rows = "".join(f"账号0,新笋第{day}天,2026-05-{10 + day} 09:00\n" for day in range(1, 8))
    (home / "同行内容" / "下周.csv").write_text(f"账号,标题,发布时间\n{rows}", encoding="utf-8")
    page = monday("--now", "2026-05-18 09:00", "--sent-until", "2026-05-17")
    assert "还写着「待发」" not in page
    said = re.search("排期：排了 (\\d+) 次，发了 (\\d+) 次。", page)
    assert said and said[1] == said[2] != "0"
    assert cli.main(["week", "--home", str(home), "--sent-until", "胡说"]) == 2


def review(*arguments: str | Path) -> int:
    return cli.main(["review", *map(str, arguments), *NOW])


def test_the_sample_review_in_five_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("--out", tmp_path, "--home", tmp_path / "没有") == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert re.fullmatch(r"2026-07-27 至 2026-09-20，发出 \d+ 次，\d+ 次有结果，看的是按暗号的订单", lines[0])
    assert [line.split("：")[0] for line in lines[1:5]] == ["保留", "少发", "再试试", "还说不准"]
    assert lines[5:] == [f"已写好 {tmp_path / '复盘.html'}、{tmp_path / '复盘.xlsx'}"]
    assert "效果数据没有读入：" in said.err and "Traceback" not in said.err
    assert "说明：效果数据：" in said.err, "what was read other than it stands there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["复盘.html", "复盘.xlsx"]
    openpyxl.load_workbook(tmp_path / "复盘.xlsx")
    page = (tmp_path / "复盘.html").read_text(encoding="utf-8")
    for told in ("葡萄怎么写", "清凉周", "学过几条", "被禁言"):
        assert told in page, told


def small_review(folder: Path, *, status: str) -> list[Path | str]:
    """Forty posts of four groups with orders by code, and files that tell of them."""
    calendar, orders = [], []
    for number in range(40):
        code = f"k{number:02d}wq"
        day = dt.date(2026, 8, 1) + dt.timedelta(days=number)
        post = {"post_id": f"i{number}@g{number % 4}", "item_id": f"i{number}", "group_id": f"g{number % 4}"}
        calendar.append({**post, "starts_at": f"{day} 20:00", "status": status, "code": code})
        orders += [
            {
                "订单号": f"{number}-{k}",
                "下单时间": f"{day} 20:3{k}",
                "实付金额": 30,
                "团员备注": f"暗号{code}",
            }
            for k in range(1 + number % 3)
        ]
    pd.DataFrame(calendar).to_csv(folder / "排期.csv", index=False, encoding="utf-8-sig")
    pd.DataFrame(orders).to_csv(folder / "订单.csv", index=False, encoding="utf-8-sig")
    groups = "".join(f"g{k},群{k},100,20:00,1,7\n" for k in range(4))
    (folder / "群.csv").write_text(f"群编号,群名,人数,时段,每天上限,每周上限\n{groups}", encoding="utf-8")
    items = "".join(f"i{k},第{k}条,促销\n" for k in range(40))
    (folder / "内容.csv").write_text(f"条目编号,标题,类型\n{items}", encoding="utf-8")
    given = {"--calendar": "排期.csv", "--results": "订单.csv", "--groups": "群.csv", "--items": "内容.csv"}
    named = [part for option, name in given.items() for part in (option, folder / name)]
    return [*named, "--out", folder / "out", "--home", folder / "没有"]


def test_a_review_of_given_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert review(*small_review(tmp_path, status="sent")) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "2026-08-01 至 2026-09-09，发出 40 次，40 次有结果，看的是按暗号的订单"
    assert review(*small_review(tmp_path, status="sent"), "--since", "2026-09-01") == 0
    assert capsys.readouterr().out.startswith("2026-09-01 至 2026-09-09，发出 9 次，9 次有结果")


def test_posts_that_still_say_draft_count_where_a_result_or_someone_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = small_review(tmp_path, status="draft")
    orders = (tmp_path / "订单.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (tmp_path / "订单.csv").write_text("".join([orders[0], *orders[-6:]]), encoding="utf-8")
    assert review(*given) == 0
    said = capsys.readouterr()
    named = int(said.out.split("发出 ")[1].split(" 次")[0])
    assert 3 <= named <= 6
    assert re.search(r"说明：效果数据：有 \d+ ", said.err)
    assert f"到昨天为止，有 {40 - named} 条发布还写着「待发」，也没有结果，没有算进来" in said.err
    assert review(*given, "--sent-until", "2026-08-20") == 0
    said = capsys.readouterr()
    assert f"发出 {20 + named} 次" in said.out and f"有 {20 - named} 条发布还写着「待发」" in said.err


def test_a_review_without_what_it_needs_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "我的文案台"
    own_content(home / "同行内容", "青团")
    assert review("--home", home) == 2
    assert "还没有效果数据。请把订单、点击或回复的导出表放进「效果数据」" in capsys.readouterr().err
    (home / "效果数据").mkdir()
    (home / "效果数据" / "订单.csv").write_text("订单号,实付金额\n1,2\n", encoding="utf-8")
    assert review("--home", home) == 2
    assert "没有找到发过的排期" in capsys.readouterr().err
    given = small_review(tmp_path, status="sent")
    (tmp_path / "订单.csv").write_bytes(b"\x89PNG")
    assert review(*given) == 2
    assert "复盘没有做成：订单.csv" in capsys.readouterr().err
    for option, word in (("--sent-until", "胡说"), ("--now", "胡说"), ("--since", "胡说")):
        files = map(str, small_review(tmp_path, status="sent"))
        assert cli.main(["review", *files, *NOW, option, word]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"没有完成：{option} 要写成") and "Traceback" not in error
    assert not list((tmp_path / "out").glob("*"))


def test_other_files_than_the_folders_own_are_not_remembered(tmp_path: Path) -> None:
    home = tmp_path / "我的文案台"
    own_content(home / "同行内容", "青团")
    other = own_content(tmp_path / "别处", "春茶")
    assert week("--home", home, "--documents", other, "--out", tmp_path / "out") == 0
    assert not (home / "文案台.db").exists()


def test_a_groups_table_without_a_usable_row_stops_with_its_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = own_content(tmp_path / "内容", "青团")
    groups = tmp_path / "群.csv"
    groups.write_text("群编号,群名,人数,时段,每天上限,每周上限\ng1,一群,-5,08:00,1,5\n", encoding="utf-8")
    assert week("--documents", content, "--groups", groups, "--out", tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert "群表里没有一行能用" in error and "-5" in error
    groups.write_text("群编号,群名,人数,时段,每天上限,每周上限\n", encoding="utf-8")
    assert week("--documents", content, "--groups", groups, "--out", tmp_path / "out") == 2
    assert "只有表头" in capsys.readouterr().err


def test_a_rejected_group_is_named_where_an_item_misses_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = own_content(tmp_path / "内容", "青团")
    groups, items = tmp_path / "群.csv", tmp_path / "内容.csv"
    groups.write_text(
        "群编号,群名,人数,时段,每天上限,每周上限\ng1,一群,-5,08:00,1,5\ng2,二群,80,08:00,1,5\n",
        encoding="utf-8",
    )
    items.write_text("条目编号,标题,发给\ni1,新米到了,g1\n", encoding="utf-8")
    out = tmp_path / "out"
    assert week("--documents", content, "--groups", groups, "--items", items, "--out", out) == 2
    error = capsys.readouterr().err
    assert "g1" in error and "群表有 1 行没有读入" in error


def test_folders_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = own_content(tmp_path / "内容", "青团")
    assert week("--documents", content, "--out", tmp_path / ("长" * 200)) == 2
    assert "名字太长或写法不对" in capsys.readouterr().err


def test_the_console_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for arguments in (
        ["week", "--days", "abc"],
        ["wek"],
        ["plan"],
        ["week", "--nope"],
        ["week", "--out"],
        ["week", "--out", ""],
    ):
        with pytest.raises(SystemExit) as stop:
            cli.main(arguments)
        assert stop.value.code == 2
        said.append(capsys.readouterr().err)
    assert [line.split("。")[0] for line in said] == [
        "没有完成：--days 要写成整数，现在是「abc」",
        "没有完成：没有「wek」这个命令，可以用 week、review、mine、score、check、plan",
        "没有完成：缺少 内容条目, 群, --start",
        "没有完成：不认识的参数 --nope",
        "没有完成：--out 后面要跟一个值",
        "没有完成：--out 后面的路径是空的",
    ]


def test_mine_and_plan_say_what_they_could_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = own_content(tmp_path / "内容", "青团")
    (content / "图.csv").write_bytes(b"\x89PNG")
    assert cli.main(["mine", str(content), "--top", "3"]) == 0
    told = capsys.readouterr()
    assert "青团" in told.out and "图.csv" in told.err
    assert cli.main(["mine", str(content / "图.csv")]) == 2
    assert "PNG 图片" in capsys.readouterr().err
    items = tmp_path / "坏.csv"
    items.write_text("标题\n没有编号\n", encoding="utf-8")
    groups = str(lexicons.sample_folder() / "groups.csv")
    assert cli.main(["plan", str(items), groups, "--start", "2026-09-21"]) == 2
    assert "没有完成" in capsys.readouterr().err
    assert cli.main(["plan", str(items), groups, "--start", "2026-09-21", "--out", "a.pdf"]) == 2
    assert ".xlsx" in capsys.readouterr().err


def test_single_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", "三步挑出黄满的大闸蟹"]) == 0
    assert "写法检查，不是预测" in capsys.readouterr().out
    assert cli.main(["check", "国家级品质面膜今晚开抢"]) == 0
    assert "不可用：「国家级" in capsys.readouterr().out
    assert cli.main(["check", "今晚八点读绘本"]) == 0
    assert "没有发现问题" in capsys.readouterr().out
    assert cli.main(["mine", str(lexicons.sample_folder() / "posts"), "--top", "3"]) == 0
    assert "月光故事会" in capsys.readouterr().out
    sample = lexicons.sample_folder()
    files = [str(sample / "items.csv"), str(sample / "groups.csv")]
    assert cli.main(["plan", *files, "--start", "2026-09-21", "--out", str(tmp_path / "排期.xlsx")]) == 0
    assert (tmp_path / "排期.xlsx").exists()


@pytest.mark.data
@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_real_pages_without_dates(tmp_path: Path) -> None:
    assert week("--documents", Path(os.environ["WENAN_DATA"]) / "articles", "--out", tmp_path) == 0
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "没有带日期的内容，看不出哪些词在升" in report


def test_check_takes_a_table_of_own_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "规则.csv"
    table.write_text("要找的字,类型,例句\n随缘价,词语,绿豆糕随缘价\n(好+)+,正则,好好\n", encoding="utf-8-sig")
    assert cli.main(["check", "绿豆糕随缘价", "--rules", str(table)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("留意：「随缘价」")
    assert "规则没有读入" in said.err and "第 3 行" in said.err

"""What a week, a campaign and a review are made from: the working folder's files once they are filled, else none."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from frames import make_groups, make_headlines, make_items, make_plan, make_topics, make_trends

import toolkit as tk
from toolkit import lexicons
from toolkit.campaigns import read_group_days, read_messages, read_plan, write_plan_template
from toolkit.export import read_calendar, write_xlsx
from toolkit.schedule import write_template
from toolkit.schema import (
    CALENDAR,
    EFFECTS,
    GROUP_DAYS,
    ITEMS,
    POST_REVIEWS,
    TIMES,
    ChoiceError,
    InputError,
    Review,
    check,
)
from toolkit.store import Workspace
from toolkit.week import LookBack, Sources, last_week, look_back, mark_sent, read_sent, week_sources
from toolkit.week._came_back import _in_labels
from toolkit.week._memory import kept_sent, remember, topic_labels
from toolkit.week._sent import keep_marks

FORMS: dict[str, Any] = {
    **{"群日报.xlsx": "days", "活动花费.xlsx": "costs"},
    **{"对比测试.xlsx": "tests", "出过的事.xlsx": "incidents"},
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working folder as run.py makes it."""
    home = tmp_path / "我的 文案台"
    for folder in ("同行内容", "自己发过的", "群聊导出", "效果数据", "结果"):
        (home / folder).mkdir(parents=True)
    write_template(home / "群.xlsx", what="groups")
    write_template(home / "内容.xlsx", what="items")
    write_plan_template(home / "策划表.xlsx")
    for file, what in FORMS.items():
        write_template(home / file, what=what)
    return home


def put(path: Path, sheet: str, cell: str, value: Any) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def of_a_campaign(sources: Sources) -> tuple[Path | None, Path | None, Path | None]:
    return sources.plan, sources.group_days, sources.messages


def test_what_is_not_filled_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert of_a_campaign(week_sources(home=home)) == (None, None, None)
    monkeypatch.delenv("WENAN_HOME", raising=False)
    assert of_a_campaign(week_sources()) == (None, None, None)
    assert of_a_campaign(week_sources(home=home / "没有这个")) == (None, None, None)
    (home / "群聊导出" / ".DS_Store").write_bytes(b"x")
    (home / "群聊导出" / "~$g01.xlsx").write_bytes(b"x")
    (home / "群聊导出" / "里面").mkdir()
    (home / "群聊导出" / "里面" / "g01.txt").write_text("x", encoding="utf-8")
    assert of_a_campaign(week_sources(home=home)) == (None, None, None)


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [("策划案", "B2", "秋季街坊复购"), ("目标", "B2", "复购"), ("团队", "A2", "阿禾"), ("里程碑", "B2", "x")],
)
def test_a_plan_counts_once_anything_is_filled_in(home: Path, sheet: str, cell: str, value: str) -> None:
    put(home / "策划表.xlsx", sheet, cell, value)
    assert of_a_campaign(week_sources(home=home)) == (home / "策划表.xlsx", None, None)


def test_what_is_filled_is_found_and_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cell, value in (("B2", "秋"), ("B3", "2026-09-01"), ("B4", "2026-11-30")):
        put(home / "策划表.xlsx", "策划案", cell, value)
    for cell, value in (("A2", "g01"), ("B2", "2026-09-01"), ("C2", "80")):
        put(home / "群日报.xlsx", "群日报", cell, value)
    (home / "群聊导出" / "g01.txt").write_text("阿禾 2026-09-01 20:13:11\n在吗\n", encoding="utf-8")
    monkeypatch.setenv("WENAN_HOME", str(home))
    sources = week_sources()
    assert of_a_campaign(sources) == (home / "策划表.xlsx", home / "群日报.xlsx", home / "群聊导出")
    assert (sources.sample_documents, sources.sample_groups, sources.items is None) == (True, True, False)
    assert sources.plan and sources.group_days and sources.messages
    assert read_plan(sources.plan).proposal.name == "秋"
    days = read_group_days(sources.group_days).frame
    assert days[["group_id", "date", "members"]].values.tolist() == [["g01", dt.date(2026, 9, 1), 80]]
    assert read_messages(sources.messages, salt="只在测试里用的盐").frame["group_id"].tolist() == ["g01"]


def test_a_workbook_that_cannot_be_opened_is_left_to_its_reader(home: Path) -> None:
    (home / "策划表.xlsx").write_bytes(b"")
    (home / "群日报.xlsx").write_bytes(b"PK\x03\x04 damaged")
    sources = week_sources(home=home)
    assert of_a_campaign(sources) == (home / "策划表.xlsx", home / "群日报.xlsx", None)
    assert sources.plan and sources.group_days
    with pytest.raises(InputError, match=r"策划表\.xlsx：文件是空的"):
        read_plan(sources.plan)
    with pytest.raises(InputError, match=r"^群日报\.xlsx"):
        read_group_days(sources.group_days)


# ---- what came back, and what was sent


def of_a_review(sources: Sources) -> tuple[Path | None, Path | None]:
    return sources.results, sources.sent


def test_the_sample_world_brings_its_own_results_and_calendar(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WENAN_HOME", raising=False)
    sample = lexicons.sample_folder() / "review"
    stand_ins = (sample / "exports", sample / "sent.csv")
    assert of_a_review(week_sources()) == stand_ins
    assert of_a_review(week_sources(home=home)) == stand_ins
    (home / "效果数据" / ".DS_Store").write_bytes(b"x")
    assert of_a_review(week_sources(home=home)) == stand_ins
    read = read_sent(week_sources(home=home))
    assert len(read.frame) > 100 and set(read.frame["status"]) == {"sent", "missed", "cancelled"}
    # as soon as anything is her own, nothing of the sample's may be taken for hers
    for own in ({"documents": ["a.csv"]}, {"groups": "g.csv"}, {"items": "i.csv"}):
        assert of_a_review(week_sources(home=home, **own)) == (None, None)
    (home / "效果数据" / "订单.xlsx").write_bytes(b"x")
    assert of_a_review(week_sources(home=home)) == (home / "效果数据", None)


def beside(sources: Sources) -> tuple[Path | None, ...]:
    return sources.costs, sources.tests, sources.incidents


def test_the_forms_of_a_review_count_once_they_hold_a_row(home: Path) -> None:
    sample = lexicons.sample_folder()
    theirs = (sample / "review/costs.csv", sample / "review/tests.csv", sample / "incidents.csv")
    untouched = week_sources(home=home)
    assert beside(untouched) == theirs and untouched.sample_results
    put(home / "活动花费.xlsx", "活动花费", "A2", "秋收")
    mixed = week_sources(home=home)
    assert beside(mixed) == (home / "活动花费.xlsx", None, None) and not mixed.sample_results
    assert mixed.results is None, "the sample's orders must not be held against her own costs"
    put(home / "对比测试.xlsx", "对比测试", "A2", "标题")
    put(home / "出过的事.xlsx", "出过的事", "A2", "g1")
    assert beside(week_sources(home=home)) == tuple(
        home / f"{name}.xlsx" for name in ("活动花费", "对比测试", "出过的事")
    )


def test_the_sample_world_has_learned_from_all_its_tables() -> None:
    now = dt.datetime(2026, 9, 21, 9, tzinfo=dt.UTC)
    counts = tk.count_terms(tk.mark_duplicates(tk.read_week(week_sources(), now=now).frame))
    back = look_back(week_sources(), now=now, counts=counts)
    assert back.review is not None and back.notes == ()
    assert set(back.review.returns["campaign"]) == {"清凉周", "开学加油站"}
    assert back.review.returns["cost"].notna().all()
    assert set(back.tests["test"]) == {"葡萄怎么写", "挂耳怎么开头"}
    assert back.skills["when"].tolist() == ["before", "after"] and (back.skills["posts"] > 0).all()
    assert len(back.review.visits) > 0 and len(back.review.problems) > 0
    assert back.times["outcome"].unique().tolist() == ["ordered"] and len(back.times) > 100
    # advice is made anew: words of eight weeks, hours of the last
    record = back.record.set_index("advice_kind")
    assert record.loc["trends", ["right", "wrong"]].sum() >= 5
    assert record.loc["times", "right"] >= 1 and record.loc["times", "wrong"] >= 1
    assert record.loc["calendar", ["given", "sent", "missed"]].tolist() == [54, 52, 2]


def test_the_calendar_of_the_working_folder_comes_before_its_database(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    assert of_a_review(week_sources(home=home)) == (None, None)
    with Workspace(f"sqlite:///{home / '文案台.db'}") as workspace:
        workspace.save("weeks", pd.DataFrame({"asof": pd.Series([], dtype="str")}))
    assert of_a_review(week_sources(home=home)) == (None, home / "文案台.db")
    assert read_sent(week_sources(home=home)).frame.equals(CALENDAR.empty())
    write_xlsx(make_plan(), home / "结果" / "calendar.xlsx")
    assert of_a_review(week_sources(home=home)) == (None, home / "结果" / "calendar.xlsx")
    out = home.parent / "别处"
    write_xlsx(make_plan(), out / "calendar.xlsx")
    assert week_sources(home=home, out=out).sent == out / "calendar.xlsx"


def write_status(path: Path, marks: dict[str, str]) -> None:
    """Write words into the status column of the workbook, as an editor does."""
    book = openpyxl.load_workbook(path)
    sheet = book["排期总表"]
    rows = list(sheet.iter_rows())
    head = next(row for row in rows if any(cell.value == "发布编号" for cell in row))
    place = {cell.value: cell.column - 1 for cell in head}
    for row in rows:
        if (word := marks.get(str(row[place["发布编号"]].value))) is not None:
            row[place["状态"]].value = word
    book.save(path)


def test_marks_in_the_workbook_come_back(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    path = write_xlsx(make_plan(), home / "结果" / "calendar.xlsx")
    before = read_calendar(path).frame.set_index("post_id")["status"]
    first, second, third, *_ = before.index
    write_status(path, {first: "已发", second: "未发", third: "取消"})
    after = read_sent(week_sources(home=home)).frame.set_index("post_id")["status"]
    expected = {**before.to_dict(), first: "sent", second: "missed", third: "cancelled"}
    assert after.to_dict() == expected


@pytest.fixture
def desk(home: Path) -> Path:
    """A working folder with a plan of 30 sent posts, two of them next week's, and an order or more for each sent one."""
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    posts, orders = [], []
    for number in range(30):
        day, code = dt.date(2026, 8, 31) + dt.timedelta(days=number), f"k{number:02d}wq"
        ids = {"post_id": f"i{number}@g1", "item_id": f"i{number}", "group_id": "g1"}
        posts.append({**ids, "starts_at": f"{day} 20:00", "status": "draft", "code": code})
        if day <= dt.date(2026, 9, 27):
            orders += [f"{number}-{k},{day} 20:3{k},30,暗号{code}\n" for k in range(1 + number % 3)]
    text = f"订单号,下单时间,实付金额,团员备注\n{''.join(orders)}"
    (home / "效果数据" / "快团团.csv").write_text(text, encoding="utf-8")
    names = [f"i{number}" for number in range(30)]
    told = {"item_id": names, "title": names, "kind": "promotion", "topic": "t1", "campaign": "秋收"}
    frames = {"calendar": check(pd.DataFrame(posts), CALENDAR), "items": check(pd.DataFrame(told), ITEMS)}
    frames |= {"topics": make_topics(), "times": a_table_of_times()}
    for last in (20, 27):
        content = dt.date(2026, 9, last)
        remember(week_sources(home=home), content, frames, start=dt.date(2026, 10, 5))
    return home


def a_table_of_times() -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "group_id": "g1",
            "weekday": day,
            "slot": "20:00",
            "value": 1.2,
            "low": 1.05,
            "high": 1.4,
            "posts": 4,
        }
        for day in range(7)
    ]
    return check(pd.DataFrame(rows), TIMES).assign(outcome="ordered")


MONDAY = dt.datetime(2026, 9, 28, 9, tzinfo=dt.UTC)


def test_posts_that_orders_name_went_out_and_next_weeks_are_no_part_of_the_review(desk: Path) -> None:
    days = pd.date_range("2026-09-01", "2026-09-27").strftime("%Y-%m-%d 08:00")
    counts = tk.count_terms(pd.DataFrame({"doc_id": days, "title": "白菜" + days, "published_at": days}))
    told = {"now": MONDAY, "groups": make_groups(), "counts": counts}
    back = look_back(week_sources(home=desk), since="2026-09-21", **told)
    assert back.review is not None and back.waiting == 0 and back.day == dt.date(2026, 9, 20)
    assert back.review.end == dt.date(2026, 9, 28), "the 29th is still to come"
    assert set(back.review.posts.loc[back.review.posts["starts_at"] < "2026-09-28", "status"]) == {"sent"}
    statuses = back.calendar.set_index("post_id")["status"]
    assert statuses[["i0@g1", "i27@g1", "i28@g1"]].tolist() == ["sent", "sent", "draft"]
    record = back.record.set_index("advice_kind")
    # the week after the 20th, in which all seven went out and stood at an hour that was called good
    assert record.loc["calendar", ["given", "sent", "missed"]].tolist() == [7, 7, 0]
    assert record.loc["times", "given"] == 7
    whole = look_back(week_sources(home=desk), **told).record
    pd.testing.assert_frame_equal(whole, back.record, obj="posts sent before the advice say nothing of it")


def test_topics_are_called_by_their_labels_in_what_the_review_says(desk: Path) -> None:
    label = make_topics().set_index("topic_id")["label"]["t1"]
    verdicts = check(pd.DataFrame([{**EFFECT, "sentence": "「t1」：还说不准，「t9」也是。"}]), EFFECTS)
    named = _in_labels(Review(POST_REVIEWS.empty(), verdicts=verdicts), topic_labels(week_sources(home=desk)))
    assert named.verdicts["sentence"].tolist() == [f"「{label}」：还说不准，「t9」也是。"]
    assert named.verdicts["name"].tolist() == ["t1"]


EFFECT = {
    **{"facet": "topic", "name": "t1", "outcome": "ordered", "posts": 5, "total": 9, "value": 1.0},
    **{"low": 0.5, "high": 2.0, "p_better": 0.5, "verdict": "unsure"},
}


def fill(path: Path, sheet: str, *rows: list[Any]) -> None:
    book = openpyxl.load_workbook(path)
    for row in rows:
        book[sheet].append(row)
    book.save(path)


def test_what_an_editor_keeps_in_the_forms_reaches_the_review(desk: Path) -> None:
    name = make_groups().set_index("group_id")["name"]["g1"]
    fill(desk / "活动花费.xlsx", "活动花费", ["秋收", "100", "300", ""], ["", "5", "", ""])
    fill(desk / "对比测试.xlsx", "对比测试", ["标题", "旧", "i1"], ["标题", "新", "i2"])
    fill(desk / "出过的事.xlsx", "出过的事", [name, "2026-09-25 21:00", "投诉", "2", "问太密"])
    back = look_back(week_sources(home=desk), now=MONDAY, groups=make_groups())
    assert back.review is not None
    assert back.review.returns[["campaign", "cost"]].values.tolist() == [["秋收", 100.0]]
    assert back.tests[["test", "arm"]].values.tolist() == [["标题", "旧"], ["标题", "新"]]
    shown = back.review.problems[["group_id", "incident", "post_id"]].values.tolist()
    assert shown == [["g1", "complaint", "i25@g1"]]
    assert back.notes == ("活动花费.xlsx 有 1 行没有读入，例如第 3 行：没有写活动。",)
    (desk / "对比测试.xlsx").write_bytes(b"PK\x03\x04 damaged")
    broken = look_back(week_sources(home=desk), now=MONDAY, groups=make_groups())
    assert broken.review is not None and broken.tests.empty
    assert [note.split("：")[0] for note in broken.notes] == [
        "活动花费.xlsx 有 1 行没有读入，例如第 3 行",
        "对比测试.xlsx 没有读出来",
    ]


def test_a_review_that_would_begin_after_today_says_so(desk: Path) -> None:
    back = look_back(week_sources(home=desk), now=MONDAY, groups=make_groups(), since="2026-10-01")
    assert back.review is None and back.read is not None
    assert back.notes == ("还没有到 2026-10-01，那天以后的发布还没有结果可看。",)


def test_hours_are_planned_by_only_once_one_can_be_told_from_the_others() -> None:
    times = a_table_of_times()
    assert LookBack().times_to_plan_by is None
    assert LookBack(times=times.assign(low=0.9)).times_to_plan_by is None
    worse = times.assign(low=0.5, high=0.9)
    for told in (times, worse):
        assert LookBack(times=told).times_to_plan_by is told


def own_week(home: Path, day: str, *, start: dt.date, shift: int = 0) -> None:
    """Keep a week as write_week does; its plan is the tests' own, moved by some days."""
    plan = make_plan()
    calendar = plan.calendar.assign(starts_at=plan.calendar["starts_at"] + pd.Timedelta(days=shift))
    frames = {
        **{"trends": make_trends().head(1 + shift), "topics": make_topics(), "headlines": make_headlines()},
        **{"calendar": calendar, "items": make_items(), "groups": make_groups()},
    }
    remember(week_sources(home=home), dt.date.fromisoformat(day), frames, start=start)


def test_several_weeks_are_remembered_by_their_day(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    sources = week_sources(home=home)
    assert last_week(sources) is None
    own_week(home, "2026-09-20", start=dt.date(2026, 9, 21))
    own_week(home, "2026-09-27", start=dt.date(2026, 9, 28), shift=1)
    latest, before = last_week(sources), last_week(sources, before=dt.date(2026, 9, 27))
    assert latest is not None and before is not None
    assert (latest.day, before.day) == (dt.date(2026, 9, 27), dt.date(2026, 9, 20))
    assert (len(latest.trends), len(before.trends)) == (2, 1)
    assert before.calendar.equals(make_plan().calendar) and not latest.calendar.equals(before.calendar)
    for name, made in (("topics", make_topics()), ("items", make_items()), ("groups", make_groups())):
        pd.testing.assert_frame_equal(getattr(before, name), made)
    assert last_week(sources, before=dt.date(2026, 9, 20)) is None
    assert last_week(sources, before=dt.date(2026, 10, 26)) is None, "29 days after the last one: no news"
    later = last_week(sources, before=dt.date(2026, 10, 25))
    assert later is not None and later.day == dt.date(2026, 9, 27)


def test_a_week_that_an_earlier_version_kept_is_still_found(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    with Workspace(f"sqlite:///{home / '文案台.db'}") as workspace:
        workspace.save("trends", make_trends())
        workspace.save("weeks", pd.DataFrame({"asof": ["2026-09-13", "2026-09-20"]}))
    found = last_week(week_sources(home=home))
    assert found is not None and found.day == dt.date(2026, 9, 20)
    pd.testing.assert_frame_equal(found.trends, make_trends())
    assert found.items.equals(ITEMS.empty())
    before = last_week(week_sources(home=home), before=dt.date(2026, 9, 20))
    assert before is not None and before.trends.empty, "of the week before it nothing was kept"


def test_a_new_plan_does_not_wipe_out_what_was_marked(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    sources = week_sources(home=home)
    path = write_xlsx(make_plan(), home / "结果" / "calendar.xlsx")
    own_week(home, "2026-09-20", start=dt.date(2026, 9, 21))
    times = make_plan().calendar.set_index("post_id")["starts_at"]
    first, last = times.idxmin(), times.idxmax()
    write_status(path, {first: "已发"})
    monday = times[last].date()  # what is due from here on belongs to the next plan
    assert keep_marks(sources, start=monday) == ""
    own_week(home, "2026-09-27", start=monday, shift=7)
    path.unlink()
    posts, items = kept_sent(sources)
    statuses = posts.set_index("post_id")["status"].to_dict()
    assert statuses[first] == "sent" and last not in statuses
    assert set(posts["post_id"]) == {post for post, time in times.items() if time.date() < monday}
    assert set(items["item_id"]) == set(make_items()["item_id"])
    # the file's own later posts and the kept earlier ones are one calendar
    write_xlsx(make_plan(), path)
    whole = read_sent(week_sources(home=home)).frame
    assert whole["post_id"].is_unique and set(whole["post_id"]) == set(times.index)
    assert whole.set_index("post_id")["status"][first] == "sent", "a draft in the file says nothing"
    write_status(path, {first: "未发"})
    assert read_sent(week_sources(home=home)).frame.set_index("post_id")["status"][first] == "missed"


def test_a_calendar_that_cannot_be_read_is_laid_aside(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    sources = week_sources(home=home)
    assert keep_marks(sources, start=dt.date(2026, 9, 21)) == ""
    (home / "结果" / "calendar.xlsx").write_bytes(b"PK\x03\x04 damaged")
    note = keep_marks(sources, start=dt.date(2026, 9, 21))
    assert note.startswith("calendar.xlsx 里的发送情况没有读出来，原件另存为 calendar（读不懂的一份）.xlsx")
    assert (home / "结果" / "calendar（读不懂的一份）.xlsx").read_bytes() == b"PK\x03\x04 damaged"
    looked = look_back(week_sources(home=home), now=dt.datetime(2026, 9, 21, 9, tzinfo=dt.UTC))
    assert looked.review is None and looked.calendar.empty
    assert [note.split("：")[0] for note in looked.notes] == ["发过的排期没有读出来"]


def test_own_results_are_reviewed_with_the_items_of_the_plans_that_were_kept(home: Path) -> None:
    (home / "同行内容" / "a.csv").write_text("标题\n一\n", encoding="utf-8")
    posts, orders = [], []
    for number in range(30):
        day, code = dt.date(2026, 8, 17) + dt.timedelta(days=number), f"k{number:02d}wq"
        ids = {"post_id": f"i{number}@g1", "item_id": f"i{number}", "group_id": "g1"}
        posts.append({**ids, "starts_at": f"{day} 20:00", "status": "sent", "code": code})
        orders += [f"{number}-{k},{day} 20:3{k},30,暗号{code}\n" for k in range(1 + number % 3)]
    text = f"订单号,下单时间,实付金额,团员备注\n{''.join(orders)}"
    (home / "效果数据" / "快团团.csv").write_text(text, encoding="utf-8")
    names = [f"i{number}" for number in range(30)]
    items = pd.DataFrame({"item_id": names, "title": names, "kind": "promotion"})
    frames = {"calendar": check(pd.DataFrame(posts), CALENDAR), "items": check(items, ITEMS)}
    for last in (20, 27):  # the second plan pushes the first into what was sent
        content = dt.date(2026, 9, last)
        remember(week_sources(home=home), content, frames, start=content + dt.timedelta(days=1))
    now = dt.datetime(2026, 9, 28, 9, tzinfo=dt.UTC)
    looked = look_back(week_sources(home=home), now=now, groups=make_groups())
    assert looked.review is not None and looked.read is not None
    assert looked.notes == () and looked.waiting == 0
    before, after = looked.skills["posts"]
    assert before == 0 < after, "her own posts are all that headlines are learned from"
    assert looked.review.outcome == "ordered"
    assert looked.review.posts["ordered"].sum() == len(orders) == 60
    assert set(looked.review.posts["kind"]) == {"promotion"}
    later = look_back(week_sources(home=home), now=now, groups=make_groups(), since="2026-09-14")
    assert later.review is not None and len(later.review.posts) == 2


def a_calendar() -> pd.DataFrame:
    times = [
        "2026-09-14 20:00",
        "2026-09-20 20:00",
        "2026-09-20 21:00",
        "2026-09-21 08:00",
        "2026-09-19 08:00",
    ]
    rows = {"post_id": list("abcde"), "item_id": list("abcde"), "group_id": "g1", "starts_at": times}
    status = ["draft", "pinned", "cancelled", "draft", "missed"]
    return check(pd.DataFrame({**rows, "status": status}), CALENDAR)


def test_posts_are_marked_sent_only_up_to_the_moment_and_only_where_nothing_is_said() -> None:
    calendar = a_calendar()
    assert mark_sent(calendar, until="2026-09-20")["status"].tolist() == [
        *("sent", "sent", "cancelled", "draft", "missed"),
    ]
    assert mark_sent(calendar, until="2026-09-20 19:59")["status"].tolist()[:2] == ["sent", "pinned"]
    named = mark_sent(calendar, until=dt.date(2026, 9, 21), missed=["a"])
    assert named["status"].tolist() == ["missed", "sent", "cancelled", "sent", "missed"]
    assert calendar.equals(a_calendar()), "what was handed in stays"
    pd.testing.assert_frame_equal(named.drop(columns="status"), calendar.drop(columns="status"))
    assert mark_sent(CALENDAR.empty(), until="2026-09-20").equals(CALENDAR.empty())
    with pytest.raises(ChoiceError, match="「c」不是到时间还写着待发的发布"):
        mark_sent(calendar, until="2026-09-20", missed=["c"])
    with pytest.raises(ChoiceError, match="until 要写成"):
        mark_sent(calendar, until="上周")


# ---- the form for what groups do day by day


def test_the_form_for_days_is_explained_and_its_examples_are_in_order(tmp_path: Path) -> None:
    path = write_template(tmp_path / "群日报.xlsx", what="days")
    blank = read_group_days(path)
    assert (len(blank.frame), len(blank.rejected), len(blank.notes)) == (0, 0, 0)
    assert blank.files[["path", "outcome"]].values.tolist() == [
        ["群日报.xlsx〔群日报〕", "已读"],
        ["群日报.xlsx〔填写说明〕", "跳过"],
    ]
    book = openpyxl.load_workbook(path)
    captions = list(GROUP_DAYS.captions.values())
    assert [cell.value for cell in book["群日报"][1]] == captions
    explained = list(book["填写说明"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in explained] == captions
    assert [row[0] for row in explained if row[1] == "必填"] == ["群编号", "日期", "人数"]
    assert all(row[2] and row[3] for row in explained)
    book["群日报"].append([row[3] for row in explained])
    book.save(path)
    read = read_group_days(path)
    assert (len(read.rejected), len(read.notes)) == (0, 0)
    values = ["G03", dt.date(2026, 9, 21), 186, 23, 64, 2, 1, 12, 5, 3, 486.5, 2, 1, 1]
    assert read.frame[GROUP_DAYS.names].values.tolist() == [values]


@pytest.mark.parametrize("what", ["items", "groups", "recurring", "days", "costs", "tests", "incidents"])
def test_forms_print_on_a4_landscape(what: Any, tmp_path: Path) -> None:
    for sheet in openpyxl.load_workbook(write_template(tmp_path / "a.xlsx", what=what)).worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$1:$1")


def test_what_she_published_herself_is_found_in_its_folder(home: Path) -> None:
    (home / "同行内容" / "同行.csv").write_text("title,published_at\n石榴开裂,2026-09-14\n", encoding="utf-8")
    assert week_sources(home=home).own is None
    (home / "自己发过的" / "我们.csv").write_text(
        "title,published_at\n早市豆腐,2026-09-10\n", encoding="utf-8"
    )
    own = week_sources(home=home).own
    assert own == home / "自己发过的"
    assert tk.read_documents(own).frame["title"].tolist() == ["早市豆腐"]

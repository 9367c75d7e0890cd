"""A week is planned by the hours that past weeks taught, unless told not to, and remembers what it planned by."""

import datetime as dt
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from test_cli import own_content

import toolkit as tk
from toolkit import cli, schema
from toolkit import week as week_room


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder whose four groups sold eight times as much in the evening as at noon, for fifteen weeks."""
    home = tmp_path_factory.mktemp("傍晚") / "我的文案台"
    own_content(home / "同行内容", "青团")
    groups = "".join(f"g{k},群{k},100,12:30、20:00,2,9\n" for k in range(4))
    pd.read_csv(io.StringIO(f"群编号,群名,人数,时段,每天上限,每周上限\n{groups}")).to_excel(
        home / "群.xlsx", index=False
    )
    posts, orders, items = [], [], []
    for number in range(100):
        day = dt.date(2026, 1, 26) + dt.timedelta(days=number)
        slot, sold = (("12:30", 1), ("20:00", 8))[number % 2]
        items.append({"item_id": f"i{number}", "title": f"第{number}条", "kind": "promotion"})
        for group in range(4):
            code = f"{number:03d}{'abcd'[group]}x"
            post = {"post_id": f"i{number}@g{group}", "item_id": f"i{number}", "group_id": f"g{group}"}
            posts.append({**post, "starts_at": f"{day} {slot}", "status": "draft", "code": code})
            at = f"{day} {slot[:2]}:4"
            orders += [
                {"订单号": f"{code}{k}", "下单时间": f"{at}{k}", "实付金额": 30, "团员备注": f"暗号{code}"}
                for k in range(sold + (number + group) % 2)
            ]
    (home / "效果数据").mkdir()
    pd.DataFrame(orders).to_csv(home / "效果数据" / "快团团.csv", index=False)
    with tk.Workspace(f"sqlite:///{home / '文案台.db'}") as workspace:
        workspace.save("sent", schema.check(pd.DataFrame(posts), schema.CALENDAR))
        workspace.save("sent items", schema.check(pd.DataFrame(items), schema.ITEMS))
    return home


def evening_week(home: Path, *more: str) -> dict[str, int]:
    """Run the week; how many posts stand at which clock."""
    assert cli.main(["week", "--home", str(home), "--now", "2026-05-11 09:00", *more]) == 0
    stamps = tk.read_calendar(home / "结果" / "calendar.xlsx").frame["starts_at"].dt.strftime("%H:%M")
    return {slot: int((stamps == slot).sum()) for slot in ("12:30", "20:00")}


def test_the_week_is_planned_by_the_hours_that_were_learned(evenings: Path) -> None:
    learned = evening_week(evenings)
    report = (evenings / "结果" / "report.html").read_text(encoding="utf-8")
    assert "排期用了学到的时段：看的是按暗号的订单" in report
    assert re.search(r"效果数据：有 \d+ 条?次?发布在排期里还是待发", report)
    kept = week_room.last_week(week_room.week_sources(home=evenings))
    assert kept is not None and set(kept.times["slot"]) == {"12:30", "20:00"}
    values = kept.times.groupby("slot")["value"].mean()
    assert values["20:00"] > 1.2 and values["12:30"] < 0.8
    plain = evening_week(evenings, "--no-times")
    assert sum(plain.values()) > 10 and learned["20:00"] > plain["20:00"]
    report = (evenings / "结果" / "report.html").read_text(encoding="utf-8")
    assert "排期用了学到的时段" not in report
    kept = week_room.last_week(week_room.week_sources(home=evenings))
    assert kept is not None and kept.times.empty, "hours that were not used are no advice"

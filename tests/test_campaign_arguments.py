"""Nonsense in each argument of the campaign verbs, one at a time: an editor meets only errors in his own words."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit import campaigns, lexicons
from toolkit.export import write_plan
from toolkit.review import campaign_funnel, push_problems
from toolkit.schema import CALENDAR, ITEMS, ChoiceError, InputError, ToolkitError

NONSENSE: dict[str, Any] = {
    "None": None,
    "5": 5,
    "1.5": 1.5,
    "nan": float("nan"),
    "inf": float("inf"),
    "huge": 10**400,
    "minus": -1,
    "True": True,
    "list": [],
    "list of lists": [[]],
    "dict": {},
    "dict of junk": {"x": "x"},
    "object": object(),
    "empty frame": pd.DataFrame(),
    "wrong frame": pd.DataFrame({"错": [1, None]}),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "bytes": b"x",
    "blank": "",
    "NUL": "\0",
    "long": "x" * 50_000,
    "surrogate": "\ud800",
    "day 0001": dt.date(1, 1, 1),
    "day 9999": dt.date(9999, 12, 31),
    "moment 0001": dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
    "moment 9999": dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC),
    "text 0001": "0001-01-01",
    "text 9999": "9999-12-31",
}
SAMPLES = lexicons.sample_folder()
GROUPS = pd.DataFrame(
    {
        **{
            "group_id": ["g1", "g2"],
            "name": ["早安茶", "晚市"],
            "segment": ["妈妈", "长辈"],
            "members": [180, 90],
        },
        **{"slots": ["20:00"] * 2, "posts_per_day": [1, 1], "posts_per_week": [5, 5]},
    }
)
DAYS = pd.DataFrame(
    {
        "group_id": "g1",
        "date": [dt.date(2026, 9, 1) + dt.timedelta(days=place) for place in range(20)],
        **{
            "members": 180,
            "active": 20,
            "messages": 60,
            "joined": 1,
            "left": 1,
            "orders": 3,
            "promotions": 2,
        },
    }
)
MESSAGES = pd.DataFrame(
    {
        **{"group_id": "g1", "sent_at": ["2026-09-01 20:00", "2026-09-03 20:00"], "member": ["a", "b"]},
        **{"message_kind": "text", "length": 5, "is_promotion": [True, False], "is_junk": False},
    }
)
BUDGET = pd.DataFrame(
    {
        **{"line_id": ["Y1"], "title": ["试吃"], "budget_class": ["basic"], "amount": [1000.0]},
        **{"last_year": [800.0], "q1": [250.0], "q2": [250.0], "q3": [250.0], "q4": [250.0]},
    }
)
SPENDING = pd.DataFrame({"line_id": ["Y1"], "spent_on": [dt.date(2026, 9, 1)], "amount": [100.0]})
GIFTS = campaigns.read_gifts(SAMPLES / "gifts.csv").frame
KOLS = campaigns.read_kols(SAMPLES / "kols.csv").frame
INCIDENTS = campaigns.read_incidents(SAMPLES / "incidents.csv").frame
LAYERS = pd.DataFrame(
    {"group_id": ["a"], "member": ["m"], "orders": [1], "last_order": [dt.date(2026, 9, 1)]}
)
NAME = campaigns.list_playbooks()["playbook"].iloc[0]
PROPOSAL = campaigns.draft_proposal(NAME, start="2026-09-07", groups=GROUPS, owners="阿禾")
ITEMS_FRAME = campaigns.expand_playbook(NAME, start="2026-09-07", groups=GROUPS)
CHECKS = campaigns.check_plan(PROPOSAL)
HEALTH = campaigns.group_health(DAYS)


def verbs() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
    """Public verbs with arguments that they take; `doors` has the others."""
    c = campaigns
    start = {"start": "2026-09-07", "groups": GROUPS}
    yield c.budget_changes, (BUDGET,), {}
    yield c.budget_classes, (BUDGET,), {}
    yield c.budget_quarters, (BUDGET, SPENDING), {"year": 2026}
    yield c.budget_return, (100.0,), {"revenue": 300.0, "cost": 100.0, "people": 9}
    yield c.check_plan, (PROPOSAL,), {"items": ITEMS_FRAME}
    yield c.check_playbook, ("OWN",), {}
    yield c.copy_playbook, (NAME, "OUT.toml"), {"folder": None}
    yield c.draft_proposal, (NAME,), {**start, "owners": "阿禾", "folder": None, "junk": None}
    yield (
        c.expand_playbook,
        (NAME,),
        {
            **start,
            "campaign": "c",
            "topic": "茶",
            "owners": None,
            "without": (),
            "folder": None,
            "junk": None,
        },
    )
    yield c.explain_playbook, (NAME,), {"folder": None}
    yield c.gift_costs, (GIFTS,), {}
    yield c.group_health, (DAYS,), {"groups": GROUPS, "messages": MESSAGES, "last": 14, "until": "2026-09-15"}
    yield c.group_matrix, (GROUPS,), {"days": DAYS}
    yield (
        c.list_playbooks,
        (),
        {"goal": None, "need": None, "members": None, "budget": None, "groups": 1, "folder": None},
    )
    yield c.member_layers, (LAYERS,), {"recent": 9, "until": "2026-09-15"}


def doors() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
    """The verbs that read and write, and those that come after them in the alphabet."""
    c = campaigns
    yield c.message_days, (MESSAGES,), {"members": {"g1": 9}, "start": "2026-09-01", "until": "2026-09-09"}
    yield c.playbook_budget, (NAME,), {"groups": 1, "folder": None, "junk": None}
    yield c.playbook_choices, (NAME,), {"folder": None, "junk": None}
    yield c.playbook_rules, (NAME,), {"folder": None, "junk": None}
    yield c.rate_kols, (KOLS,), {}
    yield c.read_costs, (SAMPLES / "review" / "costs.csv",), {}
    yield c.read_gifts, (SAMPLES / "gifts.csv",), {}
    yield c.read_group_days, (SAMPLES / "group_days.csv",), {}
    yield c.read_incidents, (SAMPLES / "incidents.csv",), {}
    yield c.read_kols, (SAMPLES / "kols.csv",), {}
    yield c.read_messages, ("SAID",), {"group_id": "g1", "groups": GROUPS, "salt": "一段自己保管的话"}
    yield c.read_plan, ("PLAN",), {"name": "甲", "start": "2026-09-01", "end": "2026-12-01"}
    yield c.read_tests, (SAMPLES / "review" / "tests.csv",), {}
    yield c.suggest_playbooks, ("sales", GROUPS), {"need": None, "budget": None, "top": 2, "folder": None}
    yield c.write_plan_template, ("OUT.xlsx",), {}
    yield (
        campaign_funnel,
        (DAYS,),
        {
            "calendar": CALENDAR.empty(),
            "items": ITEMS.empty(),
            "campaign": None,
            "start": "2026-09-03",
            "end": "2026-09-09",
        },
    )
    yield (
        push_problems,
        (CALENDAR.empty(),),
        {"incidents": INCIDENTS, "days": DAYS, "items": ITEMS.empty(), "hours": 48},
    )
    yield (
        write_plan,
        (PROPOSAL, "OUT.md"),
        {"trends": None, "plan": None, "items": ITEMS_FRAME, "checks": CHECKS, "health": HEALTH},
    )


VERBS = [*verbs(), *doors()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that the verbs can read, and a place to write."""
    here = tmp_path_factory.mktemp("nonsense")
    campaigns.copy_playbook(NAME, here / "OWN.toml")
    (here / "SAID.txt").write_text("王老师 2026/9/14 20:15:33\n在吗\n", encoding="utf-8")
    (here / "PLAN").mkdir()
    (here / "PLAN" / "团队.csv").write_text("姓名,角色\n阿禾,群主\n", encoding="utf-8")
    return here


def test_every_verb_is_called() -> None:
    public = {name for name in campaigns.__all__ if inspect.isfunction(getattr(campaigns, name))}
    assert {verb.__name__ for verb, _, _ in VERBS} == public | {
        "campaign_funnel",
        "push_problems",
        "write_plan",
    }
    for verb, _, options in VERBS:
        named = {p.name for p in inspect.signature(verb).parameters.values() if p.kind is p.KEYWORD_ONLY}
        assert named == {name for name in options if name != "junk"}


def at_home(value: Any, folder: Path) -> Any:
    """Names of files as paths in the folder."""
    files = {"OWN": "OWN.toml", "SAID": "SAID.txt", "PLAN": "PLAN"}
    if isinstance(value, str) and (value in files or value.startswith("OUT")):
        return folder / files.get(value, value)
    return value


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0].__name__)
def test_nonsense_is_refused_in_words(verb: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    call, given, options = verb
    given = tuple(at_home(value, folder) for value in given)
    usual = {name: value for name, value in options.items() if name != "junk"}
    for out in folder.glob("OUT*"):
        out.unlink()
    call(*given, **usual)
    faults = []
    for what, nonsense in NONSENSE.items():
        calls = [((*given[:n], nonsense, *given[n + 1 :]), usual) for n in range(len(given))]
        calls += [(given, {**usual, name: nonsense}) for name in options]
        for place, (args, named) in enumerate(calls):
            for out in folder.glob("OUT*"):
                out.unlink()
            where = f"{what} as {place if place < len(given) else list(options)[place - len(given)]}"
            try:
                call(*args, **named)
            except ToolkitError as error:
                text = str(error)
                if len(text) > 700 or not re.search("[一-鿿]", text):
                    faults.append(f"{where}: {len(text)} characters: {text[:60]!r}")
            except Exception as error:  # noqa: BLE001
                faults.append(f"{where}: {type(error).__name__}: {str(error)[:150]!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "members", [5, "x", [180], {"g1": "很多"}, {"g1": -1}, {"g1": 1.5}, {"g1": float("inf")}]
)
def test_members_that_are_no_numbers_are_refused(members: Any) -> None:
    with pytest.raises(ChoiceError, match=r"^members .*（现在是 .{1,30}）。$"):
        campaigns.message_days(MESSAGES, members=members)


@pytest.mark.parametrize(
    "members", [{"g1": 180.0}, {"g1": np.int64(180)}, pd.DataFrame({"group_id": ["g1"], "members": [180]})]
)
def test_members_are_numbers_of_any_kind(members: Any) -> None:
    assert campaigns.message_days(MESSAGES, members=members)["members"].tolist() == [180, 180, 180]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": "0001-01-01"}, "start 的年份 1 不在 1990–2100 里"),
        ({"until": dt.datetime(9999, 12, 31, tzinfo=dt.UTC)}, "until 的年份 9999 不在 1990–2100 里"),
        ({"start": "2016-01-01"}, "从 2016-01-01 到 2026-09-03 超过十年"),
        ({"until": "2099-01-01"}, "从 2026-09-01 到 2099-01-01 超过十年"),
        ({"start": "x" * 200_000}, "start 要写成 2026-09-21 这样的日期"),
    ],
)
def test_spans_beyond_ten_years_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ChoiceError, match=said) as caught:
        campaigns.message_days(MESSAGES, **options)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 100


def test_messages_that_lie_far_apart_need_a_span() -> None:
    far = MESSAGES.assign(sent_at=["1999-09-14 20:15", "2026-09-03 20:15"])
    with pytest.raises(ChoiceError, match="从 1999-09-14 到 2026-09-03 超过十年"):
        campaigns.message_days(far)
    assert campaigns.message_days(far, start="2026-09-01")["messages"].tolist() == [0, 0, 1]
    assert len(campaigns.message_days(far, start="2016-09-15")) == 3_641


def test_a_group_without_end_is_refused_before_any_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match="最多 60 个字") as caught:
        campaigns.read_messages(tmp_path / "nowhere.txt", group_id="g" * 200_000, salt="一段自己保管的话")
    assert len(str(caught.value)) < 100


UNREADABLE = {
    "b.txt": "王㊙老师\x00\x01\x02\x03".encode() * 50,
    "c.csv": "姓㊙名,话㊙\n1,2\n".encode(),
    "d.xlsx": b"PK\x03\x04\xff\xff",
    "e.json": b"",
}


def test_a_file_that_cannot_be_read_is_rejected_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("王老师 2026/9/14 20:15:33\n在吗\n", encoding="utf-8")
    for name, data in UNREADABLE.items():
        (tmp_path / name).write_bytes(data)
    read = campaigns.read_messages(tmp_path, salt="一段自己保管的话")
    assert read.frame["group_id"].tolist() == ["a"]
    assert read.files[["path", "read", "rejected", "outcome"]].values.tolist() == [
        ["a.txt", 1, 0, "已读"],
        *([name, 0, 1, "没有读"] for name in UNREADABLE),
    ]
    assert read.rejected[["path", "row"]].values.tolist() == [[name, 1] for name in UNREADABLE]
    unread, headless = "读不出群消息。", "找不到发送人和内容这两列，"
    assert [reason[: reason.index("，") + 1] for reason in read.rejected["reason"][1:2]] == [headless]
    assert [reason.startswith(unread) for reason in read.rejected["reason"]] == [True, False, True, True]
    given_back = "".join(part.to_csv() for part in read)
    assert "㊙" not in given_back
    assert "老师" not in given_back


def test_where_no_file_can_be_read_the_first_is_told(tmp_path: Path) -> None:
    for name, data in UNREADABLE.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=r"^b\.txt：读不出群消息。") as caught:
        campaigns.read_messages(tmp_path, salt="一段自己保管的话")
    assert "㊙" not in "".join(traceback.format_exception(caught.value))

"""A playbook file at fault names its line and what is expected; a copy can be changed and used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit.campaigns._file import load_playbook, parse_playbook, playbook_files
from toolkit.campaigns._lines import key_lines
from toolkit.campaigns._shape import TABLES, TOP
from toolkit.schema import PlaybookError

FIXTURE = Path(__file__).parent / "fixtures" / "presale.toml"
TEXT = FIXTURE.read_text(encoding="utf-8")


def faults_of(text: str) -> list[tuple[int, str, str]]:
    return [tuple(fault) for fault in parse_playbook(Path("own.toml"), text)[1]]  # type: ignore[misc]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_original_is_whole() -> None:
    assert faults_of(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "at", "what", "expected"),
    [
        ('name = "板栗预售"', 'nane = "板栗预售"', "nane", "不认识的项 nane", "可以写的是：system、name"),
        ("members = [50, 500]", "members = [500, 50]", "members", "前后不对", "前小后大"),
        ("members = [50, 500]", "members = [0, 500]", "members", "超出了范围", "在 1 到 500 之间"),
        ("min_groups = 1", 'min_groups = "一"', "min_groups", "min_groups（至少几个群）是", "写成整数"),
        ("checked = 2026-11-22", 'checked = "昨天"', "checked", "不是日期", "2026-09-01"),
        ('goals = ["成交", "复购"]', 'goals = ["发财"]', "goals", "不认识的「发财」", "只能用：拉新"),
        ('kind = "促销"', 'kind = "卖货"', 'kind = "卖货"', "不认识的「卖货」", "只能用：干货"),
        ("must_send = true", 'must_send = "是"', "must_send", "must_send（必发）", "true 或 false"),
        ("days = [4, 6]\naim", "days = [3, 6]\naim", "days = [3, 6]", "重叠", "请从第 4 天或更晚开始"),
        ('phase = "促销"', 'phase = "复盘"', None, "", ""),
        (
            'after = ["来历"]',
            'after = ["来例"]',
            'after = ["来例"]',
            "先发条目「来例」没有写出",
            "现有的条目",
        ),
        (
            'role = "店员"\ncopy',
            'role = "店主"\ncopy',
            'role = "店主"',
            "「店主」没有写出",
            "请先写 [[roles]]",
        ),
        ("{价格}，{取货}", "{价钱}，{取货}", "copy", "没有写出的空「价钱」", "请先写 [[blanks]]"),
        ("收到【…多少】单", "收到{商品}单", "goal = ", "goal 里有空 {商品}", "写成【…名称】"),
        ('around = "20:00"', 'around = "八点"', "around", "看不懂", "20:00"),
        ("low = 0\nhigh = 30", "low = 40\nhigh = 30", "low = 40", "最少比最多大", "对调"),
        ("[rules]\nmin_gap = 180", "[rules]\nmin_gab = 180", "min_gab", "不认识的项 min_gab", "min_gap"),
        ("[[risks]]", "[risks]", "[risks]", "写成了别的样子", "[[risks]]"),
        ("days = [2, 3]\nminutes", "days = [1, 3]\nminutes", "days = [1, 3]", "不在阶段「当天下单」", "放宽"),
    ],
)
def test_a_fault_names_its_line_and_what_is_expected(
    old: str, new: str, at: str | None, what: str, expected: str
) -> None:
    assert TEXT.count(old) >= 1
    text = TEXT.replace(old, new, 1)
    faults = faults_of(text)
    if at is None:  # 预热、复盘、复盘 is an order that may be
        assert faults == []
        return
    assert any(what in said and expected in told for _, said, told in faults), faults
    if at != "copy":
        assert any(line == line_of(text, at) for line, said, _ in faults if what in said), faults
    path_free = [said + told for _, said, told in faults]
    assert all(not re.search(r"Error|Traceback|None", part) for part in path_free)


@pytest.mark.parametrize("key", [key for key, field in TOP.fields.items() if field.needed])
def test_a_missing_key_of_the_head_is_named(key: str) -> None:
    lines = TEXT.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{key} ="))
    stop = start + 1
    if lines[start].rstrip().endswith("["):
        stop = next(i for i in range(start, len(lines)) if lines[i].startswith("]")) + 1
    faults = faults_of("".join(lines[:start] + lines[stop:]))
    assert [said for _, said, _ in faults] == [f"缺少 {key}（{TOP.fields[key].caption}）"]


CASES = [
    (name, key)
    for name, table in TABLES.items()
    for key, field in table.fields.items()
    if field.needed and name not in ("options", "targets", "discouraged", "rules")
]


@pytest.mark.parametrize(("name", "key"), CASES)
def test_a_missing_key_of_a_table_is_named_at_its_table(name: str, key: str) -> None:
    places = key_lines(TEXT)
    lines = TEXT.splitlines(keepends=True)
    start = places[(name, 0, key)] - 1
    stop = start + 1
    if lines[start].rstrip().endswith('"""'):
        stop = next(i for i in range(start + 1, len(lines)) if lines[i].startswith('"""')) + 1
    faults = faults_of("".join(lines[:start] + lines[stop:]))
    missing = [fault for fault in faults if f"缺少 {key}（" in fault[1]]
    assert len(missing) == 1 and missing[0][0] == places[(name, 0)]
    assert f"请把 {key} " in missing[0][2]


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.at_least])
def test_a_missing_table_is_named(name: str) -> None:
    text = re.sub(rf"\[\[{name}\]\]\n(?:(?!\[).*\n)*", "", TEXT)
    assert any(f"至少写一个 [[{name}]]" in told for _, _, told in faults_of(text))


def test_a_slip_of_syntax_names_its_line() -> None:
    text = TEXT.replace('name = "板栗预售"', "name = 板栗预售")
    assert faults_of(text)[0][:2] == (line_of(text, "name = 板栗预售"), "这里不合 TOML 的写法")


def test_several_faults_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        TEXT.replace('tone = "温暖"', 'tone = "暖"').replace("min_groups = 1", ""), encoding="utf-8"
    )
    with pytest.raises(PlaybookError) as caught:
        load_playbook(path)
    said = str(caught.value)
    assert said.startswith("打法文件 own.toml 有 3 处要改：\n第 1 行：缺少 min_groups（至少几个群）。")
    assert said.count("不认识的「暖」") == 2
    checked = tk.check_playbook(path)
    assert checked["line"].is_monotonic_increasing and len(checked) == 3


def test_a_copy_can_be_changed_and_used(tmp_path: Path) -> None:
    path = tk.copy_playbook(FIXTURE, tmp_path / "店庆")
    assert path == tmp_path / "店庆.toml"
    path.write_text(path.read_text("utf-8").replace('name = "板栗预售"', 'name = "店庆"'), encoding="utf-8")
    assert tk.check_playbook(path).empty
    assert "店庆" in tk.list_playbooks(folder=tmp_path)["name"].to_list()
    items = tk.expand_playbook("店庆", start="2026-09-21", groups="all", folder=tmp_path)
    assert items["campaign"].iloc[0] == "店庆@2026-09-21"
    with pytest.raises(PlaybookError, match="已经有文件"):
        tk.copy_playbook(FIXTURE, path)
    with pytest.raises(PlaybookError, match="没有文件夹"):
        tk.copy_playbook(FIXTURE, tmp_path / "没有" / "a.toml")


def test_an_outline_of_ones_own_that_may_not_be_sent_is_told_by_line(tmp_path: Path) -> None:
    path = tk.copy_playbook(FIXTURE, tmp_path / "own")
    text = path.read_text("utf-8").replace("照片在下面，想问什么直接问。", "转发到三个群，截图来领一份。")
    path.write_text(text, encoding="utf-8")
    checked = tk.check_playbook(path)
    assert len(checked) >= 1 and set(checked["severity"]) == {"block"}
    assert "条目「来历」的「" in checked["message"].iloc[0]
    row = tk.list_playbooks(folder=tmp_path).set_index("verdict").loc[["discouraged"]]
    assert row["why"].str.contains("来历").any()


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (None, "没有这个打法文件"),
        (TEXT.encode("gbk"), "不是 UTF-8 编码"),
        (b"", "处要改"),
        (b"a = " + b"[" * 3000 + b"]" * 3000, "处要改"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, write: bytes | None, said: str) -> None:
    path = tmp_path / "own.toml"
    if write is not None:
        path.write_bytes(write)
    with pytest.raises(PlaybookError, match=said):
        load_playbook(path)


def test_keys_are_found_on_their_lines_in_every_file() -> None:
    for path in playbook_files():
        text = path.read_text(encoding="utf-8")
        rows = text.splitlines()
        for place, line in load_playbook(path).lines.items():
            last = place[-1]
            wanted = f"[{place[0]}]" if len(place) == 1 and str(place[0]) in TABLES else str(last)
            if isinstance(last, int):
                wanted = f"[[{place[0]}]]"
            assert rows[line - 1].lstrip().startswith(wanted), (path.stem, place)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_cut_or_swap_of_lines_gives_a_playbook_or_faults_on_lines(data: st.DataObject) -> None:
    lines = TEXT.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["cut", "twice", "junk"]))
        if change == "cut":
            del lines[at]
        elif change == "twice":
            lines.insert(at, lines[at])
        else:
            lines.insert(at, data.draw(st.text(max_size=12)) + "\n")
    text = "".join(lines)
    book, faults = parse_playbook(Path("own.toml"), text)
    assert (book is None) == bool(faults)
    assert all(1 <= fault.line <= len(text.splitlines()) + 1 and fault.expected for fault in faults)


def test_a_key_in_quotes_or_a_table_in_one_line_has_its_line_too(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    blocked = "转发到三个群，截图来领一份。"
    path.write_text(
        TEXT.replace("copy = ", '"copy" = ').replace("照片在下面，想问什么直接问。", blocked),
        encoding="utf-8",
    )
    row = tk.check_playbook(path).iloc[0]
    assert row["line"] == line_of(path.read_text("utf-8"), '"copy" = ')
    head = TEXT[: TEXT.index("[[items]]")]
    tail = TEXT[TEXT.index("[rules]") :]
    items = ", ".join(
        f'{{item="{phase}", title="{title}", kind="干货", tone="温暖", phase="{phase}", days={days}, '
        f'minutes=5, role="{role}", copy="{{来历}}{{价格}}{{取货}}{{商品}}{blocked}"}}'
        for phase, days, role, title in (
            ("讲来历", "[0,1]", "群编辑", "甲"),
            ("当天下单", "[2,3]", "群编辑", "乙"),
            ("来取和回话", "[4,6]", "店员", "丙"),
        )
    )
    path.write_text(f"items = [{items}]\n" + head + tail, encoding="utf-8")
    checked = tk.check_playbook(path)
    assert len(checked) >= 3 and set(checked["line"]) == {1}


def test_a_title_is_gated_as_the_text_is(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    title = "转发到三个群，截图来领一份"
    path.write_text(TEXT.replace('title = "{商品}是怎么来的"', f'title = "{title}"'), encoding="utf-8")
    checked = tk.check_playbook(path)
    assert set(checked["line"]) == {line_of(path.read_text("utf-8"), title)}
    items = tk.expand_playbook(path, start="2026-09-21", groups="all")
    assert items["title"].iloc[0].startswith("【…改写：") and title not in items["title"].to_list()


def test_a_copy_that_was_not_renamed_is_told_apart_by_its_number(tmp_path: Path) -> None:
    tk.copy_playbook("爆款预售", tmp_path / "我的")
    with pytest.raises(PlaybookError, match="请写括号里的编号"):
        tk.expand_playbook("爆款预售", start="2026-09-21", groups="all", folder=tmp_path)
    assert len(tk.expand_playbook("我的", start="2026-09-21", groups="all", folder=tmp_path))

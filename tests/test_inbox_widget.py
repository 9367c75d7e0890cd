"""The inbox without a browser: files in pieces, what is shown, what the editor says of it, saving once, drafts."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pytest

from toolkit import lexicons
from toolkit.schema import DOCUMENTS, INBOX_KINDS, InputError
from toolkit.week import Taken, save_taken, take_in
from toolkit.widgets._drop_view import DropZone
from toolkit.widgets._inbox_nodes import CONTRACTS
from toolkit.widgets.inbox import InBox

SAMPLE = lexicons.sample_folder()
NOW = "2026-09-21 09:30"
GROUPS = "群编号,群名,人群,人数,时段,每天上限,每周上限\ng1,街坊,妈妈,20,20:00,1,5\n".encode()
POST = "标题,正文\n石榴到了,今早两筐\n".encode()
TEXT = "石榴到了\n清早五点四十，头一网出水，一百六十二斤。"


def inbox(home: Path, **how: Any) -> InBox:
    given: dict[str, Any] = {
        "take": partial(take_in, home, now=NOW),
        "save": partial(save_taken, home, now=NOW),
    }
    return InBox(**(given | how))


def words(box: InBox) -> str:
    """All that the panels of the heaps say."""
    return json.dumps([heap.shown.content for heap in box.heaps.children], ensure_ascii=False)


def controls(box: InBox, place: int = 0) -> dict[str, Any]:
    shown = box.heaps.children[place].children[1].children
    return {one.description: one for one in shown if one.layout.display is None}


def send(zone: DropZone, *files: tuple[str, bytes], batch: str = "1") -> None:
    zone.receive(
        {
            "event": "begin",
            "batch": batch,
            "files": [{"name": name, "size": len(data)} for name, data in files],
        }
    )
    for place, (_, data) in enumerate(files):
        for at in range(0, len(data), 7):
            zone.receive({"event": "chunk", "batch": batch, "file": place}, [memoryview(data[at : at + 7])])
    zone.receive({"event": "end", "batch": batch})


# ---- pieces


def test_files_come_whole_from_their_pieces() -> None:
    zone = DropZone()
    got: list[dict[str, bytes]] = []
    zone.on("files", lambda sent: got.append(sent["value"]))
    send(zone, ("甲.csv", POST), ("空.txt", b""), ("甲.csv", GROUPS))
    assert got == [{"甲.csv": POST, "空.txt": b"", "甲（2）.csv": GROUPS}]
    assert zone.progress["state"] == "whole" and zone.progress["got"] == len(POST) + len(GROUPS)


@pytest.mark.parametrize(
    "messages",
    [
        [({"event": "begin", "files": [{"name": "甲", "size": 300_000_000}]}, [])],
        [({"event": "begin", "files": []}, [])],
        [({"event": "begin", "files": [{"name": "甲", "size": -1}]}, [])],
        [({"event": "begin", "files": "甲"}, [])],
        [({"event": "begin"}, [])],
        [({"event": "begin", "files": [{"name": "甲"}] * 2001}, [])],
        [
            ({"event": "begin", "files": [{"name": "甲", "size": 2}]}, []),
            ({"event": "chunk", "file": 0}, [b"123"]),
        ],
        [
            ({"event": "begin", "files": [{"name": "甲", "size": 2}]}, []),
            ({"event": "chunk", "file": 1}, [b"1"]),
        ],
        [({"event": "begin", "files": [{"name": "甲", "size": 2}]}, []), ({"event": "chunk"}, [b"1"])],
        [({"event": "begin", "files": [{"name": "甲", "size": 2}]}, []), ({"event": "end"}, [])],
        [({"event": "begin", "files": [{"name": "甲", "size": 2}]}, []), ({"event": "cancel"}, [])],
    ],
)
def test_what_does_not_add_up_is_refused_whole(messages: list[tuple[dict[str, Any], list[bytes]]]) -> None:
    zone = DropZone()
    got: list[dict[str, Any]] = []
    zone.on("files", got.append)
    for sent, buffers in messages:
        zone.receive({"batch": "1", **sent}, buffers)
    zone.receive({"event": "end", "batch": "1"})
    assert got == [] and zone.progress["state"] == "refused" and zone._coming == {}


def test_a_batch_that_was_never_announced_is_passed_over() -> None:
    zone = DropZone()
    zone.receive({"event": "chunk", "batch": "2", "file": 0}, [b"1"])
    zone.receive({"event": "end", "batch": "2"})
    assert zone.progress == {} and zone._coming == {}


# ---- the desk


def test_the_kinds_are_those_of_the_week() -> None:
    assert set(CONTRACTS) == set(INBOX_KINDS)


def test_an_empty_inbox_has_the_contract_and_nothing_to_save(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    assert box.result.frame.columns.tolist() == DOCUMENTS.names and box.taken == []
    assert box.save_button.disabled and repr(box) == "InBox（0 份没有存）"


def test_what_was_read_is_shown_before_anything_is_saved(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    send(box.zone, ("甲.csv", POST), ("群.csv", GROUPS))
    assert box.zone.said == "读到：同行内容 1 篇，群 1 个。还没有存，看过再存。" and not box.zone.busy
    for told in (
        "石榴到了",
        "今早两筐",
        "街坊",
        "列是怎么认的",
        "存到哪里",
        "甲.csv → 同行内容/甲.csv",
        "存成 群.xlsx",
    ):
        assert told in words(box)
    assert list(tmp_path.rglob("*")) == [] and not box.save_button.disabled
    assert box.result.frame["title"].tolist() == ["石榴到了"]


def test_the_messy_sample_shows_why_rows_were_turned_away_and_who_copied(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    folder = SAMPLE / "inbox"
    box.add_files(
        {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    )
    for told in ("没有读入的", "不支持的格式 .docx", "转载和抄写", "备注：和原样不同的读法"):
        assert told in words(box)


def test_saving_happens_once_and_says_where(tmp_path: Path) -> None:
    done: list[list[Any]] = []
    box = inbox(tmp_path, saved=done.append)
    box.add_files({"甲.csv": POST, "群.csv": GROUPS})
    box.save_button.click()
    assert box.save_button.disabled
    assert box.told == ["✓ 同行内容存好了：同行内容/甲.csv。", f"✓ 群存好了：{tmp_path.name}/群.xlsx。"]
    box.save_button.click()
    box.save_all()
    assert [[one.kind for one in kept] for kept in done] == [["documents", "groups"]]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    assert box.result.frame["title"].tolist() == ["石榴到了"]
    box.add_files({"甲.csv": POST})
    box.save_button.click()
    assert box.told == ["同行内容：都已经有了，没有重复存。"]


def test_what_cannot_be_saved_stays_and_is_told(tmp_path: Path) -> None:
    def save(taken: Taken) -> str:
        if taken.kind == "groups":
            raise InputError("群.xlsx 正在 Excel 里打开。请先关掉。")
        return "收下了。"

    box = inbox(tmp_path, save=save)
    box.add_files({"甲.csv": POST, "群.csv": GROUPS})
    box.save_button.click()
    assert box.told == ["收下了。", "✕ 群没有存下：群.xlsx 正在 Excel 里打开。请先关掉。"]
    assert repr(box) == "InBox（1 份没有存）" and not box.save_button.disabled


def test_a_fault_after_saving_is_told_and_undoes_nothing(tmp_path: Path) -> None:
    def refresh(_taken: list[Any]) -> None:
        raise InputError("没有读到任何内容。")

    box = inbox(tmp_path, saved=refresh)
    box.add_files({"甲.csv": POST})
    box.save_button.click()
    assert box.told[-1] == "没有读到任何内容。" and (tmp_path / "同行内容" / "甲.csv").is_file()


def test_without_a_folder_it_is_said_on_the_desk() -> None:
    box = InBox(take=partial(take_in, None), save=partial(save_taken, None))
    box.add_files({"甲.csv": POST})
    box.save_button.click()
    assert "没有工作文件夹" in box.told[0] and len(box.heaps.children) == 1


def test_without_a_verb_to_save_the_button_rests(tmp_path: Path) -> None:
    box = inbox(tmp_path, save=None)
    box.add_files({"甲.csv": POST})
    assert box.save_button.disabled
    box.save_all()
    assert list(tmp_path.rglob("*")) == []


def test_files_of_one_kind_lie_in_one_heap(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"甲.csv": POST})
    box.add_files({"甲.csv": POST})
    assert [one.frame.shape[0] for one in box.taken] == [1]
    box.add_files({"甲.csv": POST.replace("石榴".encode(), "柿子".encode())})
    assert box.result.frame["title"].tolist() == ["石榴到了", "柿子到了"]
    assert sorted(box.taken[0].originals) == ["甲.csv", "甲（2）.csv"]


def test_the_kind_is_the_editors_to_say(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"甲.csv": POST})
    controls(box)["当作"].value = "own"
    assert box.taken[0].kind == "own" and "是你选的" in words(box)
    box.add_files({"乙.csv": POST.replace("石榴".encode(), "柿子".encode())})
    assert [one.kind for one in box.taken] == ["documents", "own"]
    controls(box)["当作"].value = "own"
    assert [(one.kind, len(one.frame)) for one in box.taken] == [("own", 2)]
    box.save_button.click()
    assert sorted(path.name for path in (tmp_path / "自己发过的").iterdir()) == ["乙.csv", "甲.csv"]


def test_controls_stay_the_same_so_that_the_focus_does(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"甲.csv": POST, "群.csv": GROUPS})
    before = box.heaps.children
    controls(box)["当作"].value = "own"
    controls(box)["改读法"].click()
    assert box.heaps.children == before


def test_a_kind_that_does_not_fit_says_why_and_can_be_taken_back(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"甲.csv": POST})
    controls(box)["当作"].value = "groups"
    assert "缺少列" in words(box) and box.save_button.disabled
    assert box.zone.said == "读到：群 0 个。没有能存的，原因在下面。"
    controls(box)["当作"].value = "documents"
    assert not box.save_button.disabled


def test_a_header_is_named_by_the_editor(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"表.csv": "怪名,正文\n石榴怎么挑,看皮\n".encode()})
    found = controls(box)
    assert found["表头"].value == "怪名"
    found["读作"].value = "title"
    found["改读法"].click()
    assert box.result.frame["title"].tolist() == ["石榴怎么挑"]
    found = controls(box)
    found["表头"].value = "怪名"
    found["改读法"].click()
    assert box.result.frame["title"].tolist() == [""]


def test_exports_and_chats_know_their_own_headers(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"g03.txt": (SAMPLE / "messages" / "g03.txt").read_bytes()})
    assert set(controls(box)) == {"当作", "不要这一份"}


def test_a_heap_or_all_can_be_let_go(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.add_files({"甲.csv": POST, "群.csv": GROUPS})
    controls(box, 1)["不要这一份"].click()
    assert [heap.taken.kind for heap in box._heaps] == ["documents"]
    box.clear_button.click()
    assert box.heaps.children == () and box.save_button.disabled and list(tmp_path.rglob("*")) == []


def test_the_plain_way_in_does_the_same(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    assert box.plain.layout.display == "none"
    box.fold.hear({"event": "fold"})
    assert box.plain.layout.display is None
    box.upload.set_trait(
        "value",
        (
            {
                "name": "甲.csv",
                "type": "",
                "size": len(POST),
                "content": memoryview(POST),
                "last_modified": dt.datetime.now(dt.UTC),
            },
        ),
    )
    assert box.upload.value == () and box.result.frame["title"].tolist() == ["石榴到了"]
    box.field.value = TEXT
    box.read_button.click()
    assert len(box.taken) == 2 and box.field.value == ""
    box.read_button.click()
    assert box.told == ["没有可读的文字。"]


def test_what_take_refuses_is_said_and_what_waits_stays(tmp_path: Path) -> None:
    calls = []

    def take(files: dict[str, bytes], text: str, **how: Any) -> list[Taken]:
        calls.append(how)
        if len(calls) == 2:
            raise InputError("内容太多。请分几次放。")
        if len(calls) > 2:
            raise MemoryError
        return take_in(tmp_path, files, text, **how)

    box = inbox(tmp_path, take=take)
    box.add_files({"甲.csv": POST})
    box.add_files({"群.csv": GROUPS})
    assert box.told == ["内容太多。请分几次放。"] and len(box.heaps.children) == 1 and not box.zone.busy
    assert not box.add_text(TEXT)
    assert "MemoryError" in box.told[0] and not box.save_button.disabled
    assert calls[0] == {"kind": None, "rename": {}}


# ---- drafts


def test_drafts_are_kept_after_each_change_and_never_twice(tmp_path: Path) -> None:
    kept: list[dict[str, Any]] = []
    box = inbox(tmp_path, save_draft=kept.append)
    assert kept == []
    box.zone.text = "石榴"
    box.zone.text = ""
    box.add_text(TEXT)
    box.add_files({"甲.csv": POST})
    assert [(len(one["pasted"]), one["files"], one["text"]) for one in kept] == [
        (0, [], "石榴"),
        (0, [], ""),
        (1, [], ""),
        (1, ["甲.csv"], ""),
    ]
    assert json.loads(json.dumps(kept)) == kept
    box.save_button.click()
    assert kept[-1] == {"text": "", "pasted": [], "files": []}
    assert all(one != other for one, other in pairwise(kept))


def test_a_draft_brings_back_text_and_names_the_files(tmp_path: Path) -> None:
    box = inbox(tmp_path)
    box.zone.text = "还没写完"
    box.add_files({"甲.csv": POST})
    box.add_text(TEXT)
    box.zone.text = "还没写完"
    kept: list[dict[str, Any]] = []
    again = inbox(tmp_path, draft=json.loads(json.dumps(box.state())), save_draft=kept.append)
    assert again.zone.text == "还没写完" and kept == []
    assert [one.frame["title"].tolist() for one in again.taken] == [["石榴到了"]]
    assert again.told == ["上次放进来还没有存的：甲.csv。请再放一次。"]


@pytest.mark.parametrize(
    "draft",
    [
        {"text": 3, "pasted": "x", "files": None, "more": 1},
        {"pasted": [1, {"text": 5}, {"text": " "}, {"kind": "groups"}]},
        {"pasted": [{"text": TEXT, "kind": "照片", "rename": [1]}]},
    ],
)
def test_broken_drafts_do_no_harm(tmp_path: Path, draft: dict[str, Any]) -> None:
    box = inbox(tmp_path, draft=draft)
    assert box.zone.text == "" and not box.zone.busy


def test_a_draft_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    def save_draft(_state: dict[str, Any]) -> None:
        raise OSError("磁盘满了")

    box = inbox(tmp_path, save_draft=save_draft)
    box.add_files({"甲.csv": POST})
    assert box.told == ["草稿没有存下：磁盘满了"] and len(box.heaps.children) == 1


# ---- what others wrote


def test_hostile_names_and_cells_are_data(tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)>\u202e倒着" + "长" * 5000
    box = inbox(tmp_path)
    box.add_files({f"{bad[:40]}.csv": f"标题,{bad[:50]}\n{bad},{bad}\n,,\n".encode()})
    said = words(box)
    assert "\u202e" not in said and "长" * 100 not in said
    for one in box.heaps.children:
        assert isinstance(one, ipw.VBox)

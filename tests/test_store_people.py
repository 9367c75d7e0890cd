"""Personal data: stand-ins on the way in, and what is left when people are forgotten."""

from __future__ import annotations

import random
import re
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from pandas.testing import assert_frame_equal
from postgres import ENGINES, Ticking, new_address, query, server

from toolkit.documents import read_text
from toolkit.schema import StoreError, pseudonym
from toolkit.store import Workspace


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_address(request.param, tmp_path)


def results() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "post_id": ["p1", "p2", "p3"],
            "buyer": pd.Series(["王老师", None, "李婶"], dtype="str"),
            "invited": pd.Series([["李婶", "王老师"], [], None], dtype=object),
            "member": pd.Series([1001, pd.NA, 1002], dtype="Int64"),
            "ordered": [3, 4, 5],
        }
    )


PEOPLE = ("buyer", "invited", "member")


def salt_of(url: str) -> str:
    made = sa.create_engine(url)
    with made.connect() as connection:
        salt = connection.exec_driver_sql("select salt from wenan_secret").scalar_one()
    made.dispose()
    return str(salt)


def hidden(url: str) -> pd.DataFrame:
    """The results as they should be kept, made by hand."""
    king, aunt, first, second = (
        pseudonym(name, salt=salt_of(url)) for name in ("王老师", "李婶", "1001", "1002")
    )
    return results().assign(
        buyer=pd.Series([king, None, aunt], dtype="str"),
        invited=pd.Series([[aunt, king], [], None], dtype=object),
        member=pd.Series([first, None, second], dtype="str"),
    )


def test_people_are_replaced_on_the_way_in(url: str) -> None:
    before = results()
    with Workspace(url) as workspace:
        workspace.save("结果", before, personal=PEOPLE)
        assert_frame_equal(before, results())
        assert_frame_equal(workspace.load("结果"), hidden(url))
        assert len(salt_of(url)) == 32


def test_what_holds_people_is_remembered_and_a_stand_in_is_not_replaced_again(url: str) -> None:
    with Workspace(url) as workspace:
        assert workspace.save("结果", results(), personal=PEOPLE) == 1
        assert workspace.save("结果", results()) == 1
        assert workspace.save("结果", workspace.load("结果")) == 1
        assert workspace.add("结果", results()) == 1
        assert workspace.add("结果", results().tail(1).assign(ordered=6)) == 2
        assert_frame_equal(workspace.load("结果"), hidden(url).assign(ordered=[3, 4, 6]))
        # the same person is the same under every name; member numbers read as fractions are the same members
        floats = results()[["member"]].astype("float64")
        workspace.add("会员", floats, personal="member")
        assert workspace.load("会员")["member"].tolist()[::2] == hidden(url)["member"].tolist()[::2]


def test_rows_kept_before_a_column_was_personal_are_hidden_when_more_are_added() -> None:
    with Workspace("sqlite://") as workspace:
        workspace.save("x", pd.DataFrame({"id": [1, 2], "who": ["甲", "乙"]}))
        workspace.add("x", pd.DataFrame({"id": [2, 3], "who": ["乙", "甲"]}), personal="who")
        who = workspace.load("x")["who"].tolist()
        assert who[0] == who[2] != who[1]
        assert all(re.fullmatch("成员-[0-9a-f]{16}", value) for value in who)
        assert workspace.load("x", version=1)["who"].tolist() == ["甲", "乙"]
        assert workspace.forget_people("甲") == 3
        assert workspace.load("x", version=1)["who"].tolist() == ["", "乙"]


def test_two_workspaces_have_nothing_in_common() -> None:
    found = []
    for _ in range(2):
        with Workspace("sqlite://") as workspace:
            workspace.save("x", pd.DataFrame({"who": ["王老师"]}), personal="who")
            found.append(workspace.load("x")["who"].item())
    assert found[0] != found[1]
    assert pseudonym("王老师") not in found


def test_a_personal_column_that_is_not_there_is_refused() -> None:
    with Workspace("sqlite://") as workspace:
        with pytest.raises(StoreError, match="personal 里的列不在表里：买家（现有：post_id、buyer、"):
            workspace.save("x", results(), personal=["buyer", "买家"])
        assert workspace.names() == []
        workspace.save("x", results())
        assert workspace.load("x")["buyer"].tolist()[0] == "王老师"


def test_a_person_is_forgotten_in_every_content_that_is_kept(url: str) -> None:
    with Workspace(url, clock=Ticking()) as workspace:
        for ordered in (1, 2):
            workspace.save("结果", results().assign(ordered=ordered), personal=PEOPLE)
        workspace.save("别的", pd.DataFrame({"buyer": ["王老师"]}))
        aunt = hidden(url)["buyer"].tolist()[2]
        assert workspace.forget_people("王老师", "1002") == 6
        expected = hidden(url).assign(
            buyer=pd.Series(["", None, aunt], dtype="str"),
            invited=pd.Series([[aunt], [], None], dtype=object),
            member=pd.Series([hidden(url)["member"].iloc[0], None, ""], dtype="str"),
        )
        for version, ordered in ((1, 1), (2, 2), (3, 2)):
            assert_frame_equal(workspace.load("结果", version=version), expected.assign(ordered=ordered))
        history = workspace.history("结果")
        assert history[["version", "rows", "added", "removed", "changed"]].to_numpy().tolist() == [
            [1, 3, 3, 0, 0],
            [2, 3, 0, 0, 3],
            [3, 3, 0, 0, 2],
        ]
        # only columns that were said to hold people are touched
        assert workspace.load("别的")["buyer"].tolist() == ["王老师"]
        assert workspace.forget_people("王老师", "谁也不是", "\x00\ud800") == 0
        assert len(workspace.history("结果")) == 3


def test_everyone_is_forgotten_and_the_secret_with_them(url: str) -> None:
    with Workspace(url) as workspace:
        workspace.save("结果", results(), personal=PEOPLE)
        stranger, old = hidden(url)["buyer"].tolist()[0], salt_of(url)
        assert workspace.forget_people() == 6
        expected = results().assign(
            buyer=pd.Series(["", None, ""], dtype="str"),
            invited=pd.Series([[], [], None], dtype=object),
            member=pd.Series(["", None, ""], dtype="str"),
        )
        assert_frame_equal(workspace.load("结果"), expected)
        assert_frame_equal(workspace.load("结果", version=1), expected)
        assert workspace.forget_people() == 0
        workspace.save("结果", results())
        assert salt_of(url) != old
        assert workspace.load("结果")["buyer"].tolist()[0] not in (stranger, "王老师", "")


CHAT = """王老师 2026/9/14 20:15:33
石榴到了

李四 2026/9/14 20:16:02
@王老师 来两斤

周姐 2026/9/14 20:17:40
@李四 帮我带一箱
"""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("names", [("王老师",), ()])
def test_a_speaker_of_a_read_chat_is_forgotten_by_name(
    engine: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    url, read = new_address(engine, tmp_path), read_text(CHAT).frame
    king, other = pseudonym("王老师"), pseudonym("李四")
    with Workspace(url) as workspace:
        workspace.save("群", read)
        workspace.save("群", read, personal="source")
        salt = salt_of(url)
        kept = [pseudonym(pseudonym(name), salt=salt) for name in ("王老师", "李四", "周姐")]
        assert workspace.load("群")["source"].tolist() == kept
        # in each of the two contents: the speaker, and the mention of him
        assert workspace.forget_people(*names) == (4 if names else 10)
        once, twice = (workspace.load("群", version=version) for version in (1, 2))
        others = [other, pseudonym("周姐")] if names else ["", ""]
        mention = f"@{other}" if names else "@某人"
        bodies = ["石榴到了", "@某人 来两斤", f"{mention} 帮我带一箱"]
        assert_frame_equal(once, read.assign(source=["", *others], body=bodies))
        assert_frame_equal(twice, once.assign(source=["", *(kept[1:] if names else others)]))
        assert_frame_equal(workspace.load("群"), twice)
        assert workspace.history("群")["changed"].tolist() == [0, 3, 2 if names else 3]
        assert workspace.forget_people(*names) == 0
        left = b"".join(unpacked(BYTES[engine](url)))
        assert "帮我带一箱".encode() in left
        gone = [king, kept[0]] if names else [king, other, *kept]
        assert [stand_in for stand_in in gone if stand_in.encode() in left] == []


def test_a_stand_in_is_found_inside_lists_and_records_and_other_names_are_left() -> None:
    king, other = pseudonym("王老师"), pseudonym("李四")
    frame = pd.DataFrame(
        {
            "who": ["李四", "x"],
            "talk": pd.Series([[king, f"「{king}：好」"], [{"by": king, "n": 1.5}, ()]], dtype=object),
            "text": pd.Series([f"{other}和{king}a", "王老师"], dtype="str"),
            "mixed": pd.Series([float("nan"), king], dtype=object),
        }
    )
    with Workspace("sqlite://") as workspace:
        workspace.save("有人", frame, personal="who")
        workspace.save("没有", frame)
        who = workspace.load("有人")["who"]
        assert workspace.forget_people("王老师") == 4
        expected = frame.assign(
            who=who,
            talk=pd.Series([["某人", "「某人：好」"], [{"by": "某人", "n": 1.5}, ()]], dtype=object),
            text=pd.Series([f"{other}和某人a", "王老师"], dtype="str"),
            mixed=pd.Series([float("nan"), "某人"], dtype=object),
        )
        assert_frame_equal(workspace.load("有人", version=1), expected)
        assert_frame_equal(workspace.load("有人"), expected)
        assert_frame_equal(workspace.load("没有"), frame)


def test_values_of_every_kind_are_blanked() -> None:
    frame = pd.DataFrame(
        {
            "number": [7, 8],
            "day": pd.to_datetime(["2026-09-20", None]),
            "mixed": pd.Series([7, ("7", ["7", "8"])], dtype=object),
        }
    )
    with Workspace("sqlite://") as workspace:
        workspace.save("x", frame)
        workspace.add("x", frame, personal=["number", "day", "mixed"])
        assert workspace.forget_people("7") == 8  # four in each of two contents
        blanked = workspace.load("x", version=1)
        assert blanked["number"].tolist() == [None, 8]
        assert blanked["mixed"].tolist() == [None, (["8"],)]
        assert blanked["day"].tolist() == frame["day"].tolist()
        assert workspace.forget_people() > 0
        assert workspace.load("x", version=1)["day"].isna().all()


def bytes_of_file(url: str) -> bytes:
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in path.parent.iterdir())


def bytes_of_server(url: str) -> bytes:
    query("CHECKPOINT")
    database = str(sa.make_url(url).database)
    with psycopg.connect(f"host={server()} user=postgres dbname={database}") as connection:
        found = connection.execute(
            "select oid from pg_database where datname = current_database()"
        ).fetchone()
    assert found is not None
    folder = server() / "data" / "base" / str(found[0])
    return b"".join(part.read_bytes() for part in folder.iterdir() if part.is_file())


BYTES: dict[str, Callable[[str], bytes]] = {"sqlite": bytes_of_file, "postgresql": bytes_of_server}


def payloads(url: str) -> list[bytes]:
    made = sa.create_engine(url)
    with made.connect() as connection:
        found = [
            bytes(payload)
            for table in ("wenan_frames", "wenan_earlier")
            for payload in connection.exec_driver_sql(f"select payload from {table}").scalars()  # noqa: S608
        ]
    made.dispose()
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_no_byte_of_the_forgotten_stays_behind(engine: str, tmp_path: Path) -> None:
    """Values are compressed: the proof looks for the secret, the stand-ins, and pieces of the compressed rows."""
    url, look = new_address(engine, tmp_path), BYTES[engine]
    made = random.Random(13)  # noqa: S311
    with Workspace(url) as workspace:
        for _ in range(3):
            names = pd.DataFrame({"who": [made.randbytes(8).hex() for _ in range(600)]})
            workspace.save("x", names)
            workspace.save("x", names, personal="who")
        stand_ins = [value.encode() for value in workspace.load("x")["who"]]
        salt, stored = salt_of(url).encode(), payloads(url)
        pieces = [part[at : at + 24] for part in stored for at in range(100, len(part) - 24, 24)]
        before = look(url)
        assert salt in before
        assert all(stand_in in before for stand_in in stand_ins)
        assert sum(piece in before for piece in pieces) > 0.9 * len(pieces) > 500
        assert workspace.forget_people() == 600 * len(stored)
        after = look(url)
        assert salt not in after
        assert [stand_in for stand_in in stand_ins if stand_in in after] == []
        assert [piece for piece in pieces if piece in after] == []
        assert workspace.load("x")["who"].tolist() == [""] * 600
    with Workspace(url) as workspace:  # the sums are those of the new content
        assert [workspace.load("x", version=n)["who"].nunique() for n in range(1, len(stored) + 2)]


def test_what_is_left_in_the_file_holds_no_name_when_unpacked(tmp_path: Path) -> None:
    url = new_address("sqlite", tmp_path)
    with Workspace(url) as workspace:
        workspace.save("x", results())
        workspace.save("x", results().assign(ordered=1), personal=PEOPLE)
        king = pseudonym("王老师", salt=salt_of(url))
        assert "王老师".encode() in b"".join(unpacked(bytes_of_file(url)))
        assert workspace.forget_people("王老师") == 4
        left = b"".join(unpacked(bytes_of_file(url)))
        assert "李婶".encode() in left
        assert "王老师".encode() not in left
        assert king.encode() not in left


def unpacked(data: bytes) -> list[bytes]:
    """Whatever in these bytes can be unpacked, from every place where a compressed text may begin."""
    found = []
    for place in (match.start() for match in re.finditer(b"\x78[\x01\x9c\xda]", data)):
        try:
            found.append(zlib.decompressobj().decompress(data[place:]))
        except zlib.error:
            continue
    return [*found, data]


def test_while_another_program_reads_the_traces_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.store._database._BUSY_SECONDS", 1)
    url = new_address("sqlite", tmp_path)
    with Workspace(url) as workspace:
        workspace.save("结果", results(), personal=PEOPLE)
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
            other.execute("begin")
            other.execute("select * from wenan_frames").fetchall()
            with pytest.raises(StoreError, match=r"已经抹去，但别的程序正开着.*再运行一次 forget_people\(\)"):
                workspace.forget_people("王老师")
        assert workspace.load("结果")["buyer"].tolist()[0] == ""
        assert workspace.forget_people("王老师") == 0

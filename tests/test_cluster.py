"""Mining on a Dask cluster of processes gives what mining in this process gives."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import DOCUMENTS, TIME_ZONE, ChoiceError, InputError
from toolkit.trends import _cluster, _parts, _worker
from toolkit.trends._cluster import mine_on_cluster
from toolkit.trends._use import LocalUse
from toolkit.trends._windows import part_days

if not os.environ.get("CI"):
    for module in ("distributed", "pyarrow"):
        pytest.importorskip(module, reason="needs the extra `cluster`")
import dask
import distributed

SMALL = 60_000  # bytes a task: the sample's posts make some ten parts


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        memory_limit="400MB",
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path_factory.mktemp("workers")),
    ) as local:
        yield local.scheduler_address


@pytest.fixture(scope="module")
def client(cluster: str) -> Iterator[Any]:
    with distributed.Client(cluster, set_as_default=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    return tk.read_documents(lexicons.sample_folder() / "posts").frame


def write_jsonl(frame: pd.DataFrame, path: Path) -> None:
    """A line for each document; missing values are left out."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as stream:
        for row in frame.assign(published_at=frame["published_at"].map(str)).to_dict("records"):
            known = {key: value for key, value in row.items() if value == value and value is not pd.NA}
            known.pop("published_at") if known["published_at"] == "NaT" else None
            stream.write(json.dumps(known, ensure_ascii=False) + "\n")


def write_parts(frame: pd.DataFrame, folder: Path) -> Path:
    """The frame as a folder of all kinds of parts, which by name are in its order."""
    folder.mkdir()
    pieces = [frame.iloc[rows] for rows in np.array_split(np.arange(len(frame)), 5)]
    write_jsonl(pieces[0], folder / "0.jsonl")
    write_jsonl(pieces[1], folder / "1.jsonl.gz")
    (folder / "2").mkdir()
    pieces[2].to_parquet(folder / "2" / "0.parquet", row_group_size=20)
    pieces[3].to_parquet(folder / "3.parquet")
    write_jsonl(pieces[4], folder / "4.jsonl")
    (folder / "README.md").write_text("不是内容", encoding="utf-8")
    return folder


def assert_same(serial: pd.DataFrame, mined: pd.DataFrame) -> None:
    assert_frame_equal(mined, serial, check_exact=True)
    assert mined.attrs == serial.attrs


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"by": "source"},
        {"by": "channel", "min_sources": 2, "until": dt.date(2026, 9, 6)},
        {"until": "2026-09-06 12:00", "window_days": 5, "baseline_days": 12, "top": 6},
        {"min_documents": 1, "top": 5000, "stop_words": ["桂花"], "words": {"新品上": 10_000}},
        {"until": dt.date(2020, 1, 1)},
    ],
    ids=str,
)
def test_a_frame_gives_the_serial_trends(cluster: str, posts: pd.DataFrame, choices: dict[str, Any]) -> None:
    serial = tk.mine_trends(posts, **choices)
    assert (len(serial) >= 5) == (choices.get("until") != dt.date(2020, 1, 1))
    assert_same(serial, mine_on_cluster(posts, cluster=cluster, chunk_bytes=SMALL, **choices))


def test_mine_trends_takes_an_engine(client: Any, posts: pd.DataFrame) -> None:
    """The verb itself, with a client, which stays open."""
    mined = tk.mine_trends(posts, engine="dask", cluster=client)
    assert_same(tk.mine_trends(posts, engine="pandas"), mined)
    assert client.status == "running"


def test_a_folder_of_parts_gives_the_trends_of_all(cluster: str, posts: pd.DataFrame, tmp_path: Path) -> None:
    folder = write_parts(posts, tmp_path / "parts")
    mined = mine_on_cluster(folder, cluster=cluster, chunk_bytes=SMALL, by="source")
    assert_same(tk.mine_trends(posts, by="source"), mined)
    paths = [folder / name for name in ("0.jsonl", "1.jsonl.gz", "2/0.parquet", "3.parquet", "4.jsonl")]
    assert_same(tk.mine_trends(posts), mine_on_cluster(paths, cluster=cluster))


def test_copies_are_found_across_parts(cluster: str, posts: pd.DataFrame) -> None:
    """Exact repeats do not vote; one marked copy anywhere, and only marked ones do not."""
    copies = posts.assign(doc_id=lambda frame: "又" + frame["doc_id"]).tail(120)
    repeated = pd.concat([posts, copies, posts.head(30)], ignore_index=True).drop(columns="duplicate_of")
    marked = repeated.assign(duplicate_of=None)
    marked.loc[len(posts) + 60, "duplicate_of"] = "某篇"
    tables = [tk.mine_trends(frame) for frame in (posts.drop(columns="duplicate_of"), repeated, marked)]
    assert_frame_equal(tables[0], tables[1])
    assert not tables[1].equals(tables[2])
    assert_same(tables[1], mine_on_cluster(repeated, cluster=cluster, chunk_bytes=SMALL))
    assert_same(tables[2], mine_on_cluster(marked, cluster=cluster, chunk_bytes=SMALL))


def scrambled(seed: int, rows: int) -> pd.DataFrame:
    """Documents of few pieces in any order: one phrase is cut in many ways, one word is written in many."""
    pieces = [
        *"春夏秋冬的了，。三",
        "发展",
        "中国",
        "国家",
        "发展中",
        "中国家",
        "Apple",
        "APPLE",
        " ",
        "桂花",
        "拿铁",
    ]
    pieces += ["watch", "T恤", "t恤", "台湾", "臺灣", "\n", "2026", "👍", "𠮷"]
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    end = pd.Timestamp("2026-09-20", tz=TIME_ZONE)
    return pd.DataFrame(
        {
            "doc_id": f"d{rng.randrange(rows * 4)}",
            "source": f"来源{rng.randrange(5)}",
            "channel": f"渠道{rng.randrange(2)}",
            "title": "".join(rng.choices(pieces, k=rng.randrange(9))),
            "body": "".join(rng.choices(pieces, k=rng.randrange(25))),
            "published_at": pd.NaT if rng.random() < 0.05 else end - pd.Timedelta(hours=rng.randrange(1200)),
            "reads": rng.choice([None, 1, 5, 90]),
        }
        for _ in range(rows)
    )


@pytest.mark.parametrize("seed", range(6))
def test_any_documents(client: Any, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words in upper and lower case, terms cut in two ways, undated documents, sums in several shares."""
    frame = scrambled(seed, 40 * 3 ** (seed % 3))
    monkeypatch.setattr(_cluster, "TOKENS_AT_ONCE", 20_000_000 if seed % 2 else 700)
    choices: dict[str, Any] = {
        "by": [None, "source", "channel"][seed % 3],
        "min_documents": 2 + seed % 2,
        "top": 500,
    }
    serial = tk.mine_trends(frame, **choices)
    assert len(serial) >= 4
    assert_same(serial, mine_on_cluster(frame, cluster=client, chunk_bytes=4000, **choices))


def test_totals_are_those_of_one_process(client: Any) -> None:
    """Terms of one name count once, however they were cut."""
    frame = scrambled(7, 200)
    counts = tk.count_terms(frame, words={})
    windows = part_days(counts.documents["published_at"], None, 7, 28)
    states = _cluster._States(client, _worker.Settings((), (), 9000))
    assert states.add(_parts.parts_of(frame, 9000), None, 7, 28).sizes.tolist() == windows.sizes.tolist()
    use = _cluster.ClusterUse(states, windows.sizes, None, support=2)
    assert (~use._first).sum() >= 1
    assert use.totals().tolist() == LocalUse.of(counts, windows, support=2).totals().tolist()


@pytest.mark.parametrize(
    "frame", [DOCUMENTS.empty(), scrambled(1, 1), scrambled(1, 9).assign(published_at=pd.NaT)]
)
def test_too_little_gives_the_serial_answer(client: Any, frame: pd.DataFrame) -> None:
    serial = tk.mine_trends(frame)
    assert serial.empty and serial.attrs["notes"]
    assert_same(serial, mine_on_cluster(frame, cluster=client))


def test_more_text_than_memory(tmp_path: Path) -> None:
    """A worker that may hold less than its documents takes keeps them on disk, and the trends are the same."""
    frame = pd.concat([scrambled(seed, 1000) for seed in range(3)], ignore_index=True)
    frame["doc_id"] = [f"d{row}" for row in range(len(frame))]
    for place, rows in enumerate(np.array_split(np.arange(len(frame)), 4)):
        write_jsonl(frame.iloc[rows], tmp_path / f"{place}.jsonl")
    # the limit counts what the worker keeps; its process is this one, and much larger
    rules = {f"distributed.worker.memory.{rule}": False for rule in ("spill", "pause", "terminate")}
    with (
        dask.config.set(rules | {"distributed.worker.memory.target": 1.0}),
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            memory_limit="150kB",
            dashboard_address="127.0.0.1:0",
            local_directory=str(tmp_path / "worker"),
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        [worker] = local.workers.values()
        states = _cluster._States(client, _worker.Settings((), (), 40_000))
        states.add(_parts.parts_of(tmp_path, 40_000), None, 7, 28)
        with client.as_current():
            distributed.wait(states.futures)
        on_disk = sum(future.key in worker.data.disk for future in states.futures)
        kept = sum(worker.data[future.key].__sizeof__() for future in states.futures)
        assert kept > 300_000 and on_disk > len(states.futures) / 2 > 4
        del states
        mined = mine_on_cluster(tmp_path, cluster=client, chunk_bytes=40_000)
    assert_same(tk.mine_trends(frame), mined)


@pytest.mark.parametrize("chunk", [1, 7, 100, 1000, 10**6])
def test_each_document_is_read_once_whatever_the_chunks(tmp_path: Path, chunk: int) -> None:
    frame = scrambled(3, 40).assign(doc_id=[str(row) for row in range(40)])
    folder = write_parts(frame, tmp_path / "parts")
    parts = _parts.parts_of(folder, chunk)
    rows = [row for part in parts for read in _parts.read(part, chunk) for row in read["doc_id"]]
    assert rows == frame["doc_id"].tolist()
    slices = _parts.parts_of(frame, chunk)
    assert [row for part in slices for row in part["doc_id"]] == rows  # type: ignore[index]
    if chunk == 100:
        assert len(parts) > 30 and len(slices) > 10


def test_a_part_holds_no_more_text_than_it_may(tmp_path: Path) -> None:
    frame = pd.concat([scrambled(seed, 200) for seed in range(5)], ignore_index=True)
    write_jsonl(frame, tmp_path / "0.jsonl")
    frame.to_parquet(tmp_path / "1.parquet")
    parts = _parts.parts_of(tmp_path, 5000)
    chunks = [read for part in parts for read in _parts.read(part, 5000)]
    sizes = [sum(len(text.encode()) for text in read["title"] + read["body"]) for read in chunks]
    assert sum(map(len, chunks)) == 2 * len(frame) and len(parts) > 30
    assert max(sizes) < 8000 and sum(sizes) > 100_000


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ChoiceError, match=r'pip install "wenan-toolkit\[cluster\]"'):
        mine_on_cluster(scrambled(0, 5), cluster="tcp://127.0.0.1:1")


@pytest.mark.parametrize(
    ("engine", "cluster", "documents", "message"),
    [
        ("spark", "tcp://127.0.0.1:1", scrambled(0, 5), "engine 只能是"),
        ("dask", None, scrambled(0, 5), "cluster 给出 Dask 调度器的地址"),
        ("dask", "没有端口", scrambled(0, 5), "连不上 Dask 集群 没有端口"),
        ("dask", "tcp://127.0.0.1:1", scrambled(0, 5), "连不上 Dask 集群 tcp://127.0.0.1:1"),
        ("dask", "tcp://127.0.0.1:1", 7, "可以是内容表、一个文件夹"),
        ("dask", "tcp://127.0.0.1:1", "没有这里", "没有这个文件或文件夹"),
    ],
    ids=["engine", "no cluster", "no port", "nobody there", "a number", "no folder"],
)
def test_what_cannot_be_used_is_told(engine: str, cluster: Any, documents: Any, message: str) -> None:
    with pytest.raises((ChoiceError, InputError), match=message):
        tk.mine_trends(documents, engine=engine, cluster=cluster)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "没写完.jsonl",
            b'{"doc_id": "a", "title": "\xe6\xa1\x82"}\n{"doc_id": "b", "ti',
            "没写完.jsonl：有一行不是",
        ),
        ("数字.jsonl", b"12\n", "数字.jsonl：有一行不是"),
        ("缺列.jsonl", b'{"title": "\xe6\xa1\x82"}\n', "缺列.jsonl：.*缺少列 doc_id"),
        (
            "断了.jsonl.gz",
            gzip.compress(b'{"doc_id": "a", "title": "b"}\n' * 99)[:40],
            "断了.jsonl.gz：读不到",
        ),
        ("假的.parquet", b"PAR1" * 9, "假的.parquet：不是完整的 Parquet"),
        ("表.csv", b"doc_id,title\n", "文件夹里没有 .parquet"),
    ],
    ids=["cut off", "no object", "no doc_id", "gz cut off", "no parquet", "no part"],
)
def test_a_broken_part_is_named(client: Any, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        mine_on_cluster(tmp_path, cluster=client)


def test_a_single_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("doc_id,title\n", encoding="utf-8")
    with pytest.raises(ChoiceError, match="并行计算只读"):
        mine_on_cluster([tmp_path / "表.csv"], cluster="tcp://127.0.0.1:1")


def test_a_cluster_without_workers_is_told() -> None:
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", processes=False) as local,
        distributed.Client(local, set_as_default=False) as client,
        pytest.raises(InputError, match="没有工作进程"),
    ):
        mine_on_cluster(scrambled(0, 5), cluster=client)

"""The door in for RESULTS: what shops, accounts and people counted, row by row beside the posts it came from.

**Which post.** By code (`matched_by` "code"), by 发布编号, or 条目编号 with the group ("id"), both with confidence
1; else by group, time and title ("title"). A code counts in full width, lower case, in pieces and inside sentences,
in every text column that is not a person's; one sign wrong is no match, and two codes in a row are not guessed at.
By title every post of the group (or of the account's channel) near in time gets a weight from the likeness of the
titles (Dice on bigrams) and the distance in time, beside a weight for "a post that is not in the calendar"; the
best one's share is the confidence, and below .97 the row stays unmatched. Where a post has results of several
kinds, `matched_by` and `confidence` are those of the least sure.

**Only what was sent** takes results. A row that names a post by code or id is evidence that it was sent, so one
still said to be 待发 or 已定 takes it too (a note tells how many), unless `now` is before its time; a title is
weaker and is held only against posts that say 已发. Rows of missed and cancelled posts are turned away, and what
is more than 10 minutes older than its post (posts sent by hand go out some minutes early).

**Orders** count once by their number, in any number of files and in any order of them (the rule: `_results_once`);
in exports of two platforms where minute and amount agree as well, else they are two. Revenue is yuan, what was
paid once for an order, else the amounts of its lines together, less what was given back (退款金额). Unpaid, closed and
refunded ones and groups that did not come off (lexicon `result-words`), negative and absurd amounts are rejected; a
state that the lexicon lacks counts, with a note. So do orders that came more than 30 days after their post. An id and a
code of two posts in one row are for a person: rejected. Orders of several shops add up. Of counts the one
measured last stands; clicks of several days add up. Orders counted one by one win over a typed total.

**What cannot be** is turned away: within a row, and once more where rows of several files meet in one post (more people
clicked than were reached …): then the rows of the source that was measured later are rejected with a reason that names
both files; orders stay. Times (点击次数, 阅读次数) stand in for people only in a table without a column of people, and
clicks only where there are no more than people who could click; a note tells the rows.

**Zero is not missing**: a sent post with a code, on a day that an export of orders covers in which some code was
matched, has 0 orders where nobody named it; what no export covers is missing. `measured_at` is what the row or
file states (统计时间, 下载时间), else `now`, else the file's latest time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.review._match import Found, Posts, Titled, moment_of
from toolkit.review._results_once import measured_of
from toolkit.review._results_orders import (
    Hit,
    by_name,
    codes_of,
    is_day,
    nothing_found,
    one_of,
    settle_orders,
    texts_of,
    unfit,
)
from toolkit.review._results_rows import COUNTS, LINKS, ORDERS, Export, Taken, read_exports
from toolkit.review._words import listed
from toolkit.schema import (
    COLUMNS,
    FILES,
    MATCHED_BY,
    MATCHES,
    NOTES,
    RESULTS,
    Read,
    check,
    checked_moment,
)

_OUTCOMES = ("reached", "opened", "clicked", "replied", "ordered", "revenue", "left", "invited")
# the first cannot be more than the second; readers and reads are not bounded: forwarding brings people from elsewhere
_WITHIN = (
    *(("opened", "reached"), ("clicked", "opened"), ("clicked", "readers"), ("clicked", "reached")),
    *(("replied", "reached"), ("ordered", "reached"), ("clicks", "reads")),
    *(("clicked", "clicks"), ("readers", "reads")),
)
_WORDS = {
    **{name: RESULTS.captions[name] for name in _OUTCOMES},
    **{"readers": "阅读人数", "reads": "阅读次数", "clicks": "点击次数"},
}
# how often for how many, where no column tells people
_STAND_INS = {"opened": ("reads", ("opened", "readers")), "clicked": ("clicks", ("clicked",))}
_PEOPLE = {"opened": "阅读人数", "clicked": "点击人数"}
# the same bounds on what several rows say of one post
_ACROSS = tuple(pair for pair in _WITHIN if set(pair) <= set(_OUTCOMES))
_REJECTED = {
    "path": "str",
    "row": "int64",
    "reason": "str",
    "unmatched": "bool",
    "ordered": "Int64",
    "revenue": "float64",
}


def read_results(
    *paths: str | Path,
    calendar: pd.DataFrame,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    now: dt.datetime | dt.date | str | None = None,
) -> Read:
    """A Read of RESULTS, one row for each post: what exports of shops and accounts, and tables by hand, say of it.

    Files or folders; headers tell the platform (lexicon `result-headers`). A table with 发布编号 or 暗号 and any of the
    contract's captions is read too. Totals of a group's day (企业微信) are for `read_group_days`: passed over, said.
    How a row finds its post, what counts once and what is missing stands above.

    `rejected` has path, row, reason, unmatched (a good row whose post is not known), ordered, revenue. `extra` is
    MATCHES: which row went where. Every row that is not blank is in one of the two, but for totals, which have a note.
    Columns of persons are not read, remarks not quoted beyond the code. Nothing read gives empty frames.

    Raises InputError for a path that is not there or, where a single file is given, cannot be read; ColumnError for one
    without any known columns and for tables that break their contract; ChoiceError for `now`.

    >>> posts = pd.DataFrame([{"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-14 20:00"}])
    >>> order = "订单号,下单时间,实付金额,备注\\n1,2026-09-14 20:30,20,暗号k7wq2谢谢\\n"
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "订单.csv")
    ...     _ = path.write_text(order, encoding="utf-8")
    ...     read_results(path, calendar=posts.assign(status="sent", code="K7WQ2")).frame["revenue"].tolist()
    [20.0]
    """
    moment = None if now is None else checked_moment(now, "now")
    posts = Posts(calendar, items, groups)
    taken = read_exports(paths, moment)
    if posts.repeated:
        taken.note("", 0, f"排期里有 {posts.repeated} 行的发布编号重复，只用每个编号的第一行")
    if posts.ids and not any(posts.sent):
        taken.note("", 0, "排期里没有一次发布记成已发，只能按暗号和编号对，不按标题对")
    settled = settle_orders(taken, posts, moment)
    hits = settled.hits + _settle_counts(taken, posts, moment)
    if late := len({hit.place for hit in hits if not posts.sent[hit.place]}):
        note = f"有 {late} 次发布在排期里还是待发或已定，却有记录写着它们的暗号或编号，按发过算。请改成已发"
        taken.note("", 0, note)
    frame = _results(hits, list(settled.covered.values()), posts, taken, moment)
    return _as_read(frame, taken)


# ---- counts of accounts, links and people


@dataclass
class _Counts(Hit):
    """What a row of counts gives to a post; `forwarded` where its readers may have come from elsewhere."""

    row: int = 0
    forwarded: bool = False


def _settle_counts(taken: Taken, posts: Posts, now: dt.datetime | None) -> list[Hit]:
    """Lay each row of counts beside its post."""
    hits: list[Hit] = []
    waiting: list[tuple[Export, int, dict[str, float], Titled]] = []
    for export in taken.exports:
        if export.kind not in (COUNTS, LINKS):
            continue
        stood_in: dict[str, list[int]] = defaultdict(list)
        for place, outcomes in _each_once(export, taken, stood_in):
            post, by, fault = by_name(export, place, posts)
            codes: tuple[str, ...] = ()
            if post is None and not fault:
                codes = codes_of(export, place, posts)
                post, fault = one_of(codes, posts)
                by = "code"
            if post is not None:
                said = ", ".join(codes) or posts.ids[post]
                hits += _given(export, place, post, outcomes, (by, 1.0, said), posts, taken, now)
            elif fault:
                _turn_away(export, place, outcomes, fault, taken)
            else:
                waiting.append((export, place, outcomes, _titled(export, place)))
        for note, rows in stood_in.items():
            told = listed([str(row) for row in rows], most=12)
            taken.note(export.path, rows[0], f"{note}：第 {told}{'' if len(rows) > 12 else ' '}行")
    for (export, place, outcomes, titled), found in zip(
        waiting, posts.by_title([one[3] for one in waiting]), strict=True
    ):
        if found.place >= 0:
            how = ("title", found.confidence, posts.titles[found.place])
            hits += _given(export, place, found.place, outcomes, how, posts, taken, now)
        else:
            _turn_away(export, place, outcomes, _why_not(export, place, titled, found, posts), taken)
    return hits


def _each_once(
    export: Export, taken: Taken, stood_in: dict[str, list[int]]
) -> Iterator[tuple[int, dict[str, float]]]:
    """The places of the rows that can be used, with their outcomes; the others are rejected."""
    seen: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(export.rows):
        outcomes, fault, stand_in = _counted(export, place)
        content = (*(c[place] for c in export.cells.values()), *(c[place] for c in export.said))
        if not fault and content in seen:
            fault = f"和第 {seen[content]} 行一样，只算一次"
        for note in stand_in:
            stood_in[note].append(row)
        if fault:
            taken.reject(export.path, row, fault)
            continue
        seen[content] = row
        yield place, outcomes


def _counted(export: Export, place: int) -> tuple[dict[str, float], str, list[str]]:
    """The outcomes of a row, what is impossible in it, and where times stand for people or cannot."""
    cells = export.cells
    told = {name: cells[name][place] for name in _WORDS if name in cells and cells[name][place] is not None}
    if place in export.faults:
        return {}, export.faults[place], []
    for part, whole in _WITHIN:
        if part in told and whole in told and told[part] > told[whole]:
            return {}, f"{_WORDS[part]} {told[part]} 比{_WORDS[whole]} {told[whole]} 还多，请核对", []
    if told.get("ordered") == 0 and told.get("revenue", 0) > 0:
        return {}, "订单数是 0，成交额却不是 0，请核对", []
    outcomes = {name: told[name] for name in _OUTCOMES if name in told}
    if "opened" not in outcomes and "readers" in told:
        outcomes["opened"] = told["readers"]
    notes = []
    for name, (times, counted) in _STAND_INS.items():
        if name in outcomes or times not in told:
            continue
        if any(column in cells for column in counted):
            notes.append(f"{_PEOPLE[name]}空着或读不出，{_WORDS[times]}不能代替人数，没有用")
        elif name == "clicked" and told[times] > min(
            told.get("reached", told[times]), outcomes.get("opened", told[times])
        ):
            notes.append(f"{_WORDS[times]}比能看到的人还多，不能代替人数，没有用")
        else:
            outcomes[name] = told[times]
            notes.append(f"没有{_PEOPLE[name]}这一列，用{_WORDS[times]}代替")
    return (
        outcomes,
        "" if outcomes else notes[0] if notes else "这一行没有一个能用的数字",
        notes if outcomes else [],
    )


def _titled(export: Export, place: int) -> Titled:
    cells = export.cells
    title, group = (cells[name][place] if name in cells else "" for name in ("title", "group"))
    at = cells["at"][place] if "at" in cells else None
    return Titled(title, group, at, is_day(at), channel=export.channel)


def _why_not(export: Export, place: int, row: Titled, found: Found, posts: Posts) -> str:
    texts = [text for text in texts_of(export, place) if text]
    near = sorted({code for text in texts for code in posts.book.nearest(text)})
    return nothing_found(near, found, row.at, posts, coded=export.kind == LINKS or not row.title)


def _given(
    export: Export,
    place: int,
    post: int,
    outcomes: dict[str, float],
    how: tuple[str, float, str],
    posts: Posts,
    taken: Taken,
    now: dt.datetime | None,
) -> list[Hit]:
    """What a row gives to its post, nothing where the post cannot have it."""
    by, confidence, said = how
    day = export.cells["day"][place] if "day" in export.cells else None
    measured = measured_of(export, place)
    if measured is None and day is not None:
        measured = day
    own = export.cells["measured_at"][place] if "measured_at" in export.cells else day
    if fault := unfit(post, own, posts, "统计时间", now):
        _turn_away(export, place, outcomes, fault, taken)
        return []
    if "readers" in export.cells and outcomes.get("opened", 0) > outcomes.get("reached", float("inf")):
        taken.note(export.path, export.rows[place], "阅读人数比送达人数多，多出的来自转发和推荐，照原样留下")
    taken.match(export.path, export.rows[place], posts.ids[post], by, confidence, said)
    row, forwarded = export.rows[place], bool({"readers", "reads"} & set(export.cells))
    return [
        _Counts(post, outcomes, measured, export.path, by, confidence, export.kind, day, None, row, forwarded)
    ]


def _turn_away(export: Export, place: int, outcomes: dict[str, float], reason: str, taken: Taken) -> None:
    taken.reject(
        export.path,
        export.rows[place],
        reason,
        unmatched=True,
        ordered=outcomes.get("ordered", pd.NA),
        revenue=outcomes.get("revenue"),
    )


# ---- one row for each post


def _results(
    hits: list[Hit], zeros: list[Hit], posts: Posts, taken: Taken, now: dt.datetime | None
) -> pd.DataFrame:
    """RESULTS in the order of the calendar."""
    latest = _latest(taken)
    given = None if now is None else round(now.timestamp() * 1e6)
    by_post: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.measured is None:
            hit.measured = given if given is not None else latest.get(hit.source)
        by_post[hit.place].append(hit)
    for zero in zeros:
        if not any("ordered" in hit.outcomes for hit in by_post.get(zero.place, ())):
            if zero.measured is None:
                zero.measured = given if given is not None else latest.get(zero.source)
            by_post[zero.place].append(zero)
    again: Counter[str] = Counter()
    order = {export.path: number for number, export in enumerate(taken.exports)}
    rows = []
    for place in sorted(by_post):
        kept = _possible(by_post[place], posts.ids[place], order, taken)
        rows += [_post_row(posts.ids[place], kept, again)] if kept else []
    for name, times in sorted((+again).items()):
        taken.note("", 0, f"有 {times} 次发布的{_WORDS[name]}在几处都有，{_HOW_CHOSEN[name == 'ordered']}")
    return check(pd.DataFrame(rows, columns=RESULTS.names), RESULTS) if rows else RESULTS.empty()


_HOW_CHOSEN = {False: "用统计时间最晚的", True: "有逐单的用逐单的，没有就用统计时间最晚的"}


def _latest(taken: Taken) -> dict[str, int]:
    """The latest time in each table."""
    found: dict[str, int] = {}
    for export in taken.exports:
        times = [
            at for name in ("day", "paid_at", "at") for at in export.cells.get(name, ()) if at is not None
        ]
        if times:
            found[export.path] = max(times)
    return found


def _possible(hits: list[Hit], post_id: str, order: dict[str, int], taken: Taken) -> list[Hit]:
    """The hits without those that cannot be true beside an earlier one of another row; their rows are rejected."""
    while True:
        chosen = {name: value for name in _OUTCOMES if (value := _chosen(hits, name))}
        for part, whole in _ACROSS:
            if part not in chosen or whole not in chosen or chosen[part].value <= chosen[whole].value:
                continue
            of_part, of_whole = chosen[part].hits, chosen[whole].hits
            if _may_exceed(part, of_part, of_whole):
                continue
            part_later = _stands(of_part, order) >= _stands(of_whole, order)
            if any(hit.kind == ORDERS for hit in of_part):
                part_later = False
            late, early = (of_part, of_whole) if part_later else (of_whole, of_part)
            _reject_late(late, early, (part, whole), chosen, post_id, taken)
            hits = [hit for hit in hits if not any(hit is other for other in late)]
            break
        else:
            return hits


def _may_exceed(part: str, of_part: list[Hit], of_whole: list[Hit]) -> bool:
    """Rows that were held against themselves already; and readers, who may come from elsewhere."""
    if {id(hit) for hit in of_part} == {id(hit) for hit in of_whole}:
        return True
    return part == "opened" and any(isinstance(hit, _Counts) and hit.forwarded for hit in of_part)


def _stands(hits: list[Hit], order: dict[str, int]) -> tuple[int, int]:
    """When a value was measured, and the place of its file."""
    return max(hit.measured or 0 for hit in hits), max(order.get(hit.source, 0) for hit in hits)


def _reject_late(
    late: list[Hit],
    early: list[Hit],
    pair: tuple[str, str],
    chosen: dict[str, _Chosen],
    post_id: str,
    taken: Taken,
) -> None:
    files = ["、".join(sorted({f"「{hit.source}」" for hit in hits})) for hits in (late, early)]
    part, whole = (f"{_WORDS[name]} {chosen[name].value:g}" for name in pair)
    reason = f"{part} 比{whole} 还多：{files[0]}和{files[1]}对不上，后统计的{files[0]}这一行没有用，请核对"
    for hit in late:
        if isinstance(hit, _Counts):
            mine = (post_id, hit.source, hit.row)
            taken.matches = [m for m in taken.matches if (m["post_id"], m["path"], m["row"]) != mine]
            taken.reject(hit.source, hit.row, reason)


@dataclass(frozen=True)
class _Chosen:
    """The value of an outcome, the hits it comes from, and whether others gave way."""

    value: float
    hits: list[Hit]
    gave_way: bool


def _chosen(hits: list[Hit], name: str) -> _Chosen | None:
    with_it = [hit for hit in hits if name in hit.outcomes]
    if not with_it:
        return None
    orders = [hit for hit in with_it if hit.kind == ORDERS]
    if name in ("ordered", "revenue") and any(hit.kind == ORDERS for hit in hits):
        if not orders:
            return None
        total = sum(round(hit.outcomes[name] * 100) for hit in orders) / 100
        return _Chosen(total, orders, len(orders) < len(with_it))
    return _Chosen(*_last(with_it, name))


def _post_row(post_id: str, hits: list[Hit], again: Counter[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"post_id": post_id}
    used: list[Hit] = []
    for name in _OUTCOMES:
        found = _chosen(hits, name)
        row[name] = None if found is None else found.value
        if found is not None:
            again[name] += int(found.gave_way)
            used += found.hits
    surest = min(used, key=lambda hit: (hit.confidence, -MATCHED_BY.index(hit.by)))
    row["measured_at"] = moment_of(max((h.measured for h in used if h.measured is not None), default=None))
    row["matched_by"], row["confidence"] = surest.by, surest.confidence
    row["source"] = "、".join(sorted({hit.source for hit in used}))
    return row


def _last(hits: list[Hit], name: str) -> tuple[float, list[Hit], bool]:
    """The value measured last, days of clicks added up; the hits it comes from, and whether others gave way."""
    by_day: dict[int | None, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_day[hit.day].append(hit)
    if len(by_day) > 1 and None in by_day:
        # a total of all days beside single days: the total says more
        by_day = {None: by_day[None]}
    best = [
        max(same, key=lambda hit: (hit.measured or 0, hit.outcomes[name], hit.source))
        for same in by_day.values()
    ]
    total = sum(round(hit.outcomes[name] * 100) for hit in best) / 100
    return total, best, len(best) < len(hits)


def _as_read(frame: pd.DataFrame, taken: Taken) -> Read:
    kept = Counter(entry["path"] for entry in taken.matches)
    away = Counter(entry["path"] for entry in taken.rejected)
    for entry in taken.files:
        if entry["outcome"] == "已读":
            entry["read"], entry["rejected"] = kept[entry["path"]], away[entry["path"]]
    rejected = pd.DataFrame(taken.rejected, columns=list(_REJECTED)).astype(_REJECTED)
    return Read(
        frame,
        _in_order(rejected),
        check(_in_order(pd.DataFrame(taken.matches, columns=MATCHES.names)), MATCHES),
        _in_order(pd.DataFrame(taken.notes, columns=NOTES.names)),
        pd.DataFrame(taken.columns, columns=COLUMNS.names),
        pd.DataFrame(taken.files, columns=FILES.names),
    )


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["path", "row"], kind="stable", ignore_index=True)

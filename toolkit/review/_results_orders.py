"""Orders of shops: repeats counted once, what is no order turned away, the rest laid beside the posts by code or title."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.review._match import EARLY_MINUTES, Found, Posts, Titled, moment_of
from toolkit.review._results_rows import ORDERS, Export, Taken, words_of

_MINUTE = 60_000_000
_DAY_MICROS = 86_400_000_000
_SHANGHAI = 8 * 3_600_000_000
# days without an order, a shut shop; beyond that a date is taken for a slip, not for a longer export
_LONGEST_GAP = 14
_WHY_NO_ORDER = {
    "unpaid": "还没有付款，不算订单",
    "closed": "订单已关闭或取消，不算订单",
    "refunded": "已退款或正在退款，不算订单",
}
Line = tuple[int, int]  # which export, which place in it


@dataclass
class Hit:
    """What a row, or an order, gives to a post."""

    place: int
    outcomes: dict[str, float]
    measured: int | None
    source: str
    by: str
    confidence: float
    kind: str
    day: int | None = None
    at: int | None = None


@dataclass
class _Order:
    lines: list[Line]
    revenue: float | None
    at: int | None
    codes: tuple[str, ...] = ()
    copies: list[Line] = field(
        default_factory=list
    )  # the same order in other exports; only its code is taken


@dataclass
class Settled:
    """What all orders gave, and the codes' posts that an export of orders covers."""

    hits: list[Hit] = field(default_factory=list)
    covered: dict[int, Hit] = field(default_factory=dict)


def settle_orders(taken: Taken, posts: Posts, now: dt.datetime | None) -> Settled:
    """Lay every order of `taken` beside its post; what cannot be is rejected with the reason."""
    exports = [export for export in taken.exports if export.kind == ORDERS]
    settled = Settled()
    waiting: list[_Order] = []
    for lines, copies in _together(exports, taken):
        order = _judged(lines, exports, taken, now)
        if order is None:
            continue
        order.copies = copies
        export, row = exports[order.lines[0][0]], order.lines[0][1]
        place, by, fault = by_name(export, row, posts)
        if place is None and not fault:
            codes = _codes_in(order.lines, exports, posts) or _codes_in(order.copies, exports, posts)
            place, fault = one_of(codes, posts)
            by, order.codes = "code", codes
        if place is not None:
            _give(
                order,
                place,
                by,
                1.0,
                ", ".join(order.codes) or posts.ids[place],
                exports,
                posts,
                taken,
                settled,
                now,
            )
        elif fault:
            _turn_away(order, fault, exports, taken)
        else:
            waiting.append(order)
    rows = [_titled(order, exports) for order in waiting]
    for order, found in zip(waiting, posts.by_title(rows), strict=True):
        if found.place >= 0:
            said = posts.titles[found.place]
            _give(order, found.place, "title", found.confidence, said, exports, posts, taken, settled, now)
        else:
            _turn_away(order, _nothing_found(order, found, exports, posts), exports, taken)
    _cover(exports, posts, taken, settled)
    return settled


# ---- one order, once


def _key(export: Export, place: int) -> tuple[Any, ...] | None:
    """What makes an order the same in two rows or exports, None where it has no number."""
    cells = export.cells
    if "order_no" in cells and (number := cells["order_no"][place]):
        return export.platform, number
    if "line_no" in cells and (number := cells["line_no"][place]):
        title = cells["title"][place] if "title" in cells else ""
        return export.platform, title, number, _time_of(export, place)
    return None


def _together(exports: list[Export], taken: Taken) -> list[tuple[list[Line], list[Line]]]:
    """The lines of each order, and its lines in other exports: it is taken from the latest one that has it."""
    found: dict[Any, list[Line]] = {}
    for number, export in enumerate(exports):
        for place in range(len(export.rows)):
            key = _key(export, place)
            found.setdefault((number, place) if key is None else key, []).append((number, place))
        if not export.numbered and export.rows:
            taken.note(export.path, 1, "没有订单号这一列，同一单导出两次认不出来，每行算一单")
    rank = [(_made(export), number) for number, export in enumerate(exports)]
    again: Counter[str] = Counter()
    kept = []
    for lines in _across(list(found.values()), exports):
        once = _once(lines, exports, rank, taken, again) if len(lines) > 1 else lines
        kept.append((once, [line for line in lines if line[0] != once[0][0]]))
    for path, times in again.items():
        taken.note(path, 0, f"有 {times} 行是同一个订单又写了一遍，只算一次")
    return kept


def _across(groups: list[list[Line]], exports: list[Export]) -> list[list[Line]]:
    """Orders of several platforms that agree in number, minute and amount put together; what differs stays apart."""
    by_number: dict[str, list[int]] = defaultdict(list)
    for at, lines in enumerate(groups):
        export, place = exports[lines[0][0]], lines[0][1]
        if "order_no" in export.cells and (number := export.cells["order_no"][place]):
            by_number[number].append(at)
    gone: set[int] = set()
    for same in (same for same in by_number.values() if len(same) > 1):
        first: dict[tuple[int, float], int] = {}
        for at in same:
            marks = _marks(groups[at], exports)
            whole, *others = sorted({at, *(first[mark] for mark in marks if mark in first)})
            for other in others:
                groups[whole] = groups[whole] + groups[other]
                gone.add(other)
            first |= dict.fromkeys([mark for mark, owner in first.items() if owner in others], whole)
            first |= dict.fromkeys(marks, whole)
    return [lines for at, lines in enumerate(groups) if at not in gone]


def _marks(lines: list[Line], exports: list[Export]) -> set[tuple[int, float]]:
    """Minute and yuan of an order as each export that has it tells them; some exports leave the seconds out."""
    marks = set()
    for number in {number for number, _ in lines}:
        own = {
            tuple(cells[place] for cells in exports[number].cells.values()): (number, place)
            for at, place in lines
            if at == number
        }
        times = [at for line in own.values() if (at := _time_of(exports[number], line[1])) is not None]
        _, amounts = _written(list(own.values()), exports, whole=True)
        if times and amounts:
            marks.add((min(times) // _MINUTE, sum(round(amount * 100) for amount in amounts) / 100))
    return marks


def _made(export: Export) -> int:
    """When an export was made, as far as it tells: stated, else its latest time."""
    if not pd.isna(export.measured):
        return _micros(export.measured)
    times = [
        at for name in ("measured_at", "paid_at", "at") for at in export.cells.get(name, ()) if at is not None
    ]
    return max(times, default=0)


def _once(
    lines: list[Line], exports: list[Export], rank: list[tuple[int, int]], taken: Taken, again: Counter[str]
) -> list[Line]:
    """The lines of an order without repeats: of another export, and of the same one word for word."""
    best = max((rank[number] for number, _ in lines))[1]
    seen: dict[tuple[Any, ...], int] = {}
    kept = []
    for number, place in lines:
        export = exports[number]
        row = export.rows[place]
        if number != best:
            taken.reject(export.path, row, f"这一单在「{exports[best].path}」里也有，按较晚的那份算")
            again[export.path] += 1
            continue
        content = (
            *(cells[place] for cells in export.cells.values()),
            *(cells[place] for cells in export.said),
        )
        if content in seen:
            taken.reject(export.path, row, f"和第 {seen[content]} 行是同一单，一字不差，只算一次")
            again[export.path] += 1
        else:
            seen[content] = row
            kept.append((number, place))
    return kept


def _status(export: Export, place: int, taken: Taken) -> str:
    """What the columns of state and refund say: unpaid, closed, refunded, partial or good."""
    for name in ("refund", "status"):
        text = export.cells[name][place] if name in export.cells else ""
        if not text:
            continue
        kind = taken.states.get(text)
        if kind is None:
            kind = taken.states[text] = _state(text)
            if kind == "unknown":
                note = "从这一行起有订单状态的写法不认识，按成交算，请核对"
                taken.note(export.path, export.rows[place], note)
        if kind in ("partial", *_WHY_NO_ORDER):
            return kind
    return "good"


def _state(text: str) -> str:
    """The kind of the longest word of the lexicon that stands in a state."""
    best = ("", "unknown")
    for kind in ("good", "partial", "refunded", "closed", "unpaid"):
        word = next((word for word in words_of(kind) if word in text.lower()), "")
        if len(word) > len(best[0]):
            best = word, kind
    return best[1]


def _judged(lines: list[Line], exports: list[Export], taken: Taken, now: dt.datetime | None) -> _Order | None:
    """The order of these lines, None when nothing of it counts."""
    good: list[Line] = []
    partial = False
    for number, place in lines:
        export = exports[number]
        state = _status(export, place, taken)
        reason = _WHY_NO_ORDER.get(state) or _impossible(export, place, now)
        if reason:
            taken.reject(export.path, export.rows[place], reason)
        else:
            good.append((number, place))
            partial |= state == "partial"
    if not good:
        return None
    export, place = exports[good[0][0]], good[0][1]
    revenue = _revenue(good, exports, whole=len(good) == len(lines), taken=taken)
    if partial:
        taken.note(export.path, export.rows[place], "退了一部分款，算一单，金额按表里写的，没有扣")
    times = [at for number, place in good if (at := _time_of(exports[number], place)) is not None]
    return _Order(good, revenue, min(times, default=None))


def _impossible(export: Export, place: int, now: dt.datetime | None) -> str:
    if place in export.faults:
        return export.faults[place]
    quantity = export.cells["quantity"][place] if "quantity" in export.cells else None
    if quantity == 0:
        return "商品数量是 0，不算订单"
    at = _time_of(export, place)
    if now is not None and at is not None and at > now.timestamp() * 1e6 + _DAY_MICROS:
        return "下单时间比现在还晚，请核对"
    return ""


def _time_of(export: Export, place: int) -> int | None:
    for name in ("at", "paid_at"):
        if name in export.cells and export.cells[name][place] is not None:
            return int(export.cells[name][place])
    return None


def _revenue(lines: list[Line], exports: list[Export], *, whole: bool, taken: Taken) -> float | None:
    """Yuan of an order, None where no amount is written."""
    name, amounts = _written(lines, exports, whole=whole)
    if name != "line_amount" and len(amounts) > 1:
        number, place = lines[0]
        note = "同一单各行的金额不一样，当作各件商品的金额加起来"
        taken.note(exports[number].path, exports[number].rows[place], note)
    return sum(round(amount * 100) for amount in amounts) / 100 if amounts else None


def _written(lines: list[Line], exports: list[Export], *, whole: bool) -> tuple[str, list[float]]:
    """The amounts that make up an order and their column: what was paid, else its amount, once; else each line's."""
    names = ("paid", "amount", "line_amount") if whole else ("line_amount", "paid", "amount")
    for name in names:
        amounts: list[float] = [
            value
            for number, place in lines
            if name in exports[number].cells and (value := exports[number].cells[name][place]) is not None
        ]
        if amounts:
            once = name != "line_amount" and len(set(amounts)) == 1
            return name, amounts[:1] if once else amounts
    return "", []


# ---- its post


def _codes_in(lines: list[Line], exports: list[Export], posts: Posts) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(code for number, place in lines for code in codes_of(exports[number], place, posts))
    )


def codes_of(export: Export, place: int, posts: Posts) -> tuple[str, ...]:
    found: list[str] = []
    for text in texts_of(export, place):
        if text:
            found += posts.book.find(text)
    return tuple(dict.fromkeys(found))


def texts_of(export: Export, place: int) -> list[str]:
    """The cells in which a code may stand, those first that are made for it."""
    own = [export.cells[name][place] for name in ("code", "link") if name in export.cells]
    others = [export.cells[name][place] for name in ("title", "goods") if name in export.cells]
    return [*own, *(cells[place] for cells in export.said), *others]


def one_of(codes: tuple[str, ...], posts: Posts) -> tuple[int | None, str]:
    """The one post that codes name, or why there is none; nothing of either where there are no codes."""
    places = sorted({place for code in codes for place in posts.book.places[code]})
    if len(codes) > 1 and len(places) > 1:
        return None, f"写了几个暗号（{'、'.join(codes[:3])}），分不清是哪一次发布，没有猜"
    if len(places) > 1:
        said = posts.said(places[0])
        return None, f"暗号 {codes[0]} 有 {len(places)} 次发布在用，如 {said}，没有猜。请各换一个"
    return (places[0], "") if places else (None, "")


def by_name(export: Export, place: int, posts: Posts) -> tuple[int | None, str, str]:
    """The post that ids in a row name: its place, how it was matched, and what is wrong with them."""
    cells = export.cells
    post = cells["post_id"][place] if "post_id" in cells else ""
    if post:
        found = posts.by_id.get(post)
        return found, "id", "" if found is not None else "发布编号不在排期里，请核对编号，或换成包含它的排期"
    item = cells["item_id"][place] if "item_id" in cells else ""
    if not item:
        return None, "", ""
    group = cells["group"][place] if "group" in cells else ""
    places = [p for p in posts.by_item.get(item, []) if not group or posts.groups[p] == posts.group_of(group)]
    if len(places) == 1:
        return places[0], "id", ""
    if not places:
        return None, "id", "排期里没有这个条目发到这个群的发布，请核对条目编号和群"
    return None, "id", f"这个条目发了 {len(places)} 次，如 {posts.said(places[0])}，没有写群，分不清"


def unfit(place: int, at: int | None, posts: Posts, what: str, now: dt.datetime | None) -> str:
    """Why a post can have no results of this moment, "" when it can; draft and pinned ones can once their time has come."""
    status = posts.status[place]
    if status in ("missed", "cancelled"):
        said = "未发" if status == "missed" else "取消"
        return f"对上的是 {posts.said(place)}，排期里它记的是{said}，没有算进去"
    start = int(posts.at[place])
    if status != "sent" and now is not None and now.timestamp() * 1e6 < start - EARLY_MINUTES * _MINUTE:
        return f"对上的是 {posts.said(place)}，还没有到发布时间，也没有记成已发"
    if at is not None and at < start - EARLY_MINUTES * _MINUTE:
        whole_day = (at + _SHANGHAI) % _DAY_MICROS == 0
        if not (whole_day and at + _DAY_MICROS > start):
            return f"{what}早于对上的发布 {posts.said(place)}，请核对暗号或时间"
    return ""


def _give(
    order: _Order,
    place: int,
    by: str,
    confidence: float,
    said: str,
    exports: list[Export],
    posts: Posts,
    taken: Taken,
    settled: Settled,
    now: dt.datetime | None,
) -> None:
    """Give an order to its post, unless the post cannot have it."""
    if fault := unfit(place, order.at, posts, "下单时间", now):
        _turn_away(order, fault, exports, taken)
        return
    export = exports[order.lines[0][0]]
    outcomes: dict[str, float] = {"ordered": 1}
    if order.revenue is not None:
        outcomes["revenue"] = order.revenue
    measured = measured_of(export, order.lines[0][1])
    hit = Hit(place, outcomes, measured, export.path, by, confidence, ORDERS, at=order.at)
    settled.hits.append(hit)
    for number, row in order.lines:
        taken.match(exports[number].path, exports[number].rows[row], posts.ids[place], by, confidence, said)


def _turn_away(order: _Order, reason: str, exports: list[Export], taken: Taken) -> None:
    """An order that is good and has no post: counted once, on its first line."""
    for turn, (number, place) in enumerate(order.lines):
        export = exports[number]
        taken.reject(
            export.path,
            export.rows[place],
            reason,
            unmatched=True,
            ordered=0 if turn else 1,
            revenue=0.0 if turn and order.revenue is not None else order.revenue,
        )


def _micros(stamp: pd.Timestamp) -> int:
    return int(stamp.as_unit("us").asm8.astype("int64"))


def measured_of(export: Export, place: int) -> int | None:
    """When a row says it was measured, else its file, else None."""
    own = export.cells["measured_at"][place] if "measured_at" in export.cells else None
    if own is not None:
        return int(own)
    return None if pd.isna(export.measured) else _micros(export.measured)


def is_day(at: int | None) -> bool:
    """Whether a moment is 00:00 in Shanghai, which stands for the whole day."""
    return at is not None and (at + _SHANGHAI) % _DAY_MICROS == 0


def _titled(order: _Order, exports: list[Export]) -> Titled:
    number, place = order.lines[0]
    cells = exports[number].cells
    title = next(
        (cells[name][place] for name in ("title", "goods") if name in cells and cells[name][place]), ""
    )
    group = cells["group"][place] if "group" in cells else ""
    return Titled(title, group, order.at, is_day(order.at), order=True)


def _nothing_found(order: _Order, found: Found, exports: list[Export], posts: Posts) -> str:
    """Why an order has no post, and the nearest one."""
    near: set[str] = set()
    for number, place in order.lines:
        for text in texts_of(exports[number], place):
            near |= set(posts.book.nearest(text)) if text else set()
    return nothing_found(sorted(near), found, order.at, posts)


def nothing_found(near: list[str], found: Found, at: int | None, posts: Posts, *, coded: bool = True) -> str:
    """Why a row has no post, with the nearest one by code, else by title, else what days the calendar has.

    `coded`: whether a code was to be expected in such a row.
    """
    lack = "没有认得的暗号，" if coded else ""
    if near:
        place = posts.book.places[near[0]][0]
        return f"暗号不认得；和 {posts.codes[place]}（{posts.said(place)}）差一个字，没有猜"
    if found.nearest >= 0:
        return f"{lack}{found.why or '对不上'}；最近的是 {posts.said(found.nearest)}"
    first, last = posts.span()
    stamp, begin, end = moment_of(at), moment_of(first), moment_of(last)
    if stamp is None or begin is None or end is None:
        return f"{lack}{found.why or '也没有标题可对'}"
    if not begin.floor("D") <= stamp <= end + pd.Timedelta(days=14):
        days = f"{begin:%Y-%m-%d} 到 {end:%Y-%m-%d}"
        return f"时间是 {stamp:%Y-%m-%d}，够不着任何一次发布（排期是 {days}）"
    return f"{lack}{found.why or '也没有标题可对'}"


# ---- zero is not missing


def _cover(exports: list[Export], posts: Posts, taken: Taken, settled: Settled) -> None:
    """A coded post that was sent on a day of an export in which codes are used, and that nobody named, had no order."""
    named = {hit.place for hit in settled.hits}
    coded = [
        place for place, code in enumerate(posts.codes) if code and posts.sent[place] and place not in named
    ]
    for export in exports:
        used = [
            hit.at
            for hit in settled.hits
            if hit.source == export.path and hit.by == "code" and hit.at is not None
        ]
        spans = _spans(
            [at for place in range(len(export.rows)) if (at := _time_of(export, place)) is not None], used
        )
        measured = measured_of(export, 0) if export.rows else None
        without = [place for place in coded if any(a <= _day(int(posts.at[place])) <= b for a, b in spans)]
        for place in without:
            before = settled.covered.get(place)
            if before is None or (before.measured or 0) < (measured or 0):
                outcomes = {"ordered": 0, "revenue": 0.0}
                settled.covered[place] = Hit(place, outcomes, measured, export.path, "code", 1.0, ORDERS)
        if without:
            note = f"这份订单盖住的日子里，有 {len(without)} 次带暗号的发布没有人报暗号，记作 0 单"
            taken.note(export.path, 0, note)


def _day(at: int) -> int:
    return (at + _SHANGHAI) // _DAY_MICROS


def _spans(times: list[int], used: list[int]) -> list[tuple[int, int]]:
    """First and last day of each run of days with orders, gaps of two weeks at most, in which a code was used."""
    spans: list[list[int]] = []
    for day in sorted({_day(at) for at in times}):
        if spans and day - spans[-1][1] <= _LONGEST_GAP:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    days = {_day(at) for at in used}
    return [(first, last) for first, last in spans if any(first <= day <= last for day in days)]

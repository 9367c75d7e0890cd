"""Orders of shops: what is no order turned away, the rest laid beside the posts by code or title."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pandas as pd

from toolkit.review._match import EARLY_MINUTES, Found, Posts, Titled, moment_of
from toolkit.review._results_once import Line, Once, amounts_in, measured_of, time_of, together, written
from toolkit.review._results_rows import ORDERS, Export, Taken
from toolkit.review._results_states import WHY_NO_ORDER, given_back, kinds_of, left_of

_MINUTE = 60_000_000
_DAY_MICROS = 86_400_000_000
_SHANGHAI = 8 * 3_600_000_000
# days without an order, a shut shop; beyond that a date is taken for a slip, not for a longer export
_LONGEST_GAP = 14
# twice as long as an order may be found by its title: later ones tend to be an old code used again; our own choice
LATE_DAYS = 30


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
    once: Once
    lines: list[Line]  # those that count
    revenue: float | None
    at: int | None
    codes: tuple[str, ...] = ()


@dataclass
class Settled:
    """What all orders gave, and the codes' posts that an export of orders covers."""

    hits: list[Hit] = field(default_factory=list)
    covered: dict[int, Hit] = field(default_factory=dict)


@dataclass
class _Desk:
    """What every order is judged with; `latest` is the latest time in the files that are laid out as an export is."""

    exports: list[Export]
    kinds: list[list[str]]
    posts: Posts
    taken: Taken
    now: dt.datetime | None
    settled: Settled = field(default_factory=Settled)
    latest: dict[int, int | None] = field(default_factory=dict)
    late: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def settle_orders(taken: Taken, posts: Posts, now: dt.datetime | None) -> Settled:
    """Lay every order of `taken` beside its post; what cannot be is rejected with the reason."""
    exports = [export for export in taken.exports if export.kind == ORDERS]
    desk = _Desk(exports, kinds_of(exports, taken), posts, taken, now)
    layouts = _layouts(exports)
    for same in layouts:
        times = [at for number in same for at in _times_in(exports[number])]
        desk.latest |= dict.fromkeys(same, None if now is not None else max(times, default=None))
    waiting: list[_Order] = []
    for once in together(exports, desk.kinds, taken):
        order = _judged(once, desk)
        if order is None:
            continue
        place, by, fault = _named(order, desk)
        if place is not None:
            said = ", ".join(order.codes) or posts.ids[place]
            _give(order, Found(place, 1.0), by, said, desk)
        elif fault:
            _turn_away(order, fault, desk)
        else:
            waiting.append(order)
    rows = [_titled(order, exports) for order in waiting]
    for order, found in zip(waiting, posts.by_title(rows), strict=True):
        if found.place >= 0:
            _give(order, found, "title", posts.titles[found.place], desk)
        else:
            _turn_away(order, _nothing_found(order, found, desk), desk)
    for path, days in desk.late.items():
        first = moment_of(min(days))
        since = f"，最早的在 {first:%Y-%m-%d}" if first is not None else ""
        note = f"有 {len(days)} 单在发布 {LATE_DAYS} 天以后才下单{since}，照样算了，请核对是不是旧暗号"
        taken.note(path, 0, note)
    for same in layouts:
        _cover(same, desk)
    return desk.settled


def _layouts(exports: list[Export]) -> list[list[int]]:
    """The exports that have the same platform and columns: one export may lie in several files."""
    found: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for number, export in enumerate(exports):
        found[export.platform, tuple(sorted(export.cells))].append(number)
    return list(found.values())


def _times_in(export: Export) -> list[int]:
    return [int(at) for name in ("paid_at", "at") for at in export.cells.get(name, ()) if at is not None]


def _named(order: _Order, desk: _Desk) -> tuple[int | None, str, str]:
    """The post that the ids or codes of an order name: its place, how it was matched, and what is wrong with them."""
    rows = order.once.rows_of(order.lines)
    for number, row in rows:
        place, by, fault = by_name(desk.exports[number], row, desk.posts)
        if place is not None or fault:
            return place, by, fault
    order.codes = _codes_in(rows, desk) or _codes_in(order.once.older, desk)
    place, fault = one_of(order.codes, desk.posts)
    return place, "code", fault


# ---- one order


def _judged(once: Once, desk: _Desk) -> _Order | None:
    """The order of these lines, None when nothing of it counts."""
    good: list[Line] = []
    partial = False
    for number, place in once.lines:
        export = desk.exports[number]
        state = desk.kinds[number][place] if desk.kinds[number] else "good"
        reason = WHY_NO_ORDER.get(state) or _impossible(export, place, desk.now)
        if reason:
            desk.taken.reject(export.path, export.rows[place], reason)
        else:
            good.append((number, place))
            partial |= state == "partial"
    if not good:
        return None
    revenue, reason, note = _revenue(once, good, desk)
    if reason:
        for number, place in good:
            desk.taken.reject(desk.exports[number].path, desk.exports[number].rows[place], reason)
        return None
    if partial and not note:
        note = "退了一部分款，算一单，金额按表里写的，没有扣"
    if note:
        export, place = desk.exports[good[0][0]], good[0][1]
        desk.taken.note(export.path, export.rows[place], note)
    rows = once.rows_of(good)
    times = [at for number, place in rows if (at := time_of(desk.exports[number], place)) is not None]
    return _Order(once, good, revenue, min(times, default=None))


def _impossible(export: Export, place: int, now: dt.datetime | None) -> str:
    if place in export.faults:
        return export.faults[place]
    quantity = export.cells["quantity"][place] if "quantity" in export.cells else None
    if quantity == 0:
        return "商品数量是 0，不算订单"
    at = time_of(export, place)
    if now is not None and at is not None and at > now.timestamp() * 1e6 + _DAY_MICROS:
        return "下单时间比现在还晚，请核对"
    return ""


def _revenue(once: Once, lines: list[Line], desk: _Desk) -> tuple[float | None, str, str]:
    """Yuan of an order less what was given back, None where no amount is written; why it is none, and what to say."""
    exports, whole = desk.exports, len(lines) == len(once.lines)
    articles = once.articles_of(lines)
    name, amounts = written(articles, exports, whole=whole)
    if name != "line_amount" and len(amounts) > 1:
        number, place = lines[0]
        note = "同一单各行的金额不一样，当作各件商品的金额加起来"
        desk.taken.note(exports[number].path, exports[number].rows[place], note)
    total = sum(round(amount * 100) for amount in amounts) / 100 if amounts else None
    each = len(amounts) > 1 or name == "line_amount"
    refunds = [max(amounts_in("refunded", [rows], exports), default=0.0) for rows in articles]
    back = given_back(refunds, amounts, each=each)
    gone = once.articles_of([line for line in once.lines if line not in lines])
    if gone and len({*refunds, *amounts_in("refunded", gone, exports)}) == 1:
        # the order's refund on every line: the lines that were turned away have had their part of it
        back = max(0.0, refunds[0] - sum(amounts_in("line_amount", gone, exports)))
    if not back:
        return total, "", ""
    if total is None:
        return None, "", "写了退款金额，没有写订单金额，看不出退了多少，算一单"
    most = sum(amounts_in("line_amount", articles, exports))
    for column in ("paid", "amount"):
        told = amounts_in(column, articles, exports)
        most = max(most, told[0] if len(set(told)) == 1 else sum(told))
    left, reason = left_of(total, back, most)
    return left, reason, f"退了 {back:.10g} 元，算一单，金额扣掉了退款"


# ---- its post


def _codes_in(rows: list[Line], desk: _Desk) -> tuple[str, ...]:
    found = [code for number, place in rows for code in codes_of(desk.exports[number], place, desk.posts)]
    return tuple(dict.fromkeys(found))


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
    """The post that ids in a row name: its place, how it was matched, and what is wrong with them.

    A code of another post in the same row is wrong: a person must say which of the two is meant.
    """
    found, fault = _by_id(export, place, posts)
    if found is not None:
        codes = codes_of(export, place, posts)
        places = sorted({one for code in codes for one in posts.book.places[code]})
        if places and found not in places:
            fault = (
                f"编号是 {posts.said(found)}，暗号 {codes[0]} 却是 {posts.said(places[0])} 的，没有猜，请核对"
            )
            found = None
    return found, "id" if found is not None or fault else "", fault


def _by_id(export: Export, place: int, posts: Posts) -> tuple[int | None, str]:
    cells = export.cells
    post = cells["post_id"][place] if "post_id" in cells else ""
    if post:
        found = posts.by_id.get(post)
        return found, "" if found is not None else "发布编号不在排期里，请核对编号，或换成包含它的排期"
    item = cells["item_id"][place] if "item_id" in cells else ""
    if not item:
        return None, ""
    group = cells["group"][place] if "group" in cells else ""
    places = [p for p in posts.by_item.get(item, []) if not group or posts.groups[p] == posts.group_of(group)]
    if len(places) == 1:
        return places[0], ""
    if not places:
        return None, "排期里没有这个条目发到这个群的发布，请核对条目编号和群"
    return None, f"这个条目发了 {len(places)} 次，如 {posts.said(places[0])}，没有写群，分不清"


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


def _give(order: _Order, found: Found, by: str, said: str, desk: _Desk) -> None:
    """Give an order to its post, unless the post cannot have it."""
    posts, place = desk.posts, found.place
    if fault := unfit(place, order.at, posts, "下单时间", desk.now):
        _turn_away(order, fault, desk)
        return
    number = order.lines[0][0]
    path = desk.exports[number].path
    if order.at is not None and order.at - int(posts.at[place]) > LATE_DAYS * _DAY_MICROS:
        desk.late[path].append(order.at)
    outcomes: dict[str, float] = {"ordered": 1}
    if order.revenue is not None:
        outcomes["revenue"] = order.revenue
    rows = order.once.rows_of(order.lines)
    stated = [at for number, row in rows if (at := measured_of(desk.exports[number], row)) is not None]
    measured = max(stated, default=desk.latest[number])
    hit = Hit(place, outcomes, measured, path, by, found.confidence, ORDERS, at=order.at)
    desk.settled.hits.append(hit)
    for number, row in order.lines:
        export = desk.exports[number]
        desk.taken.match(export.path, export.rows[row], posts.ids[place], by, found.confidence, said)


def _turn_away(order: _Order, reason: str, desk: _Desk) -> None:
    """An order that is good and has no post: counted once, on its first line."""
    for turn, (number, place) in enumerate(order.lines):
        export = desk.exports[number]
        desk.taken.reject(
            export.path,
            export.rows[place],
            reason,
            unmatched=True,
            ordered=0 if turn else 1,
            revenue=0.0 if turn and order.revenue is not None else order.revenue,
        )


def is_day(at: int | None) -> bool:
    """Whether a moment is 00:00 in Shanghai, which stands for the whole day."""
    return at is not None and (at + _SHANGHAI) % _DAY_MICROS == 0


def _titled(order: _Order, exports: list[Export]) -> Titled:
    def first(name: str) -> str:
        texts = [exports[number].cells.get(name) for number, _ in order.lines]
        told = [
            cells[place] for cells, (_, place) in zip(texts, order.lines, strict=True) if cells is not None
        ]
        return next((text for text in told if text), "")

    title = first("title") or first("goods")
    return Titled(title, first("group"), order.at, is_day(order.at), order=True)


def _nothing_found(order: _Order, found: Found, desk: _Desk) -> str:
    """Why an order has no post, and the nearest one."""
    near: set[str] = set()
    for number, place in order.once.rows_of(order.lines):
        for text in texts_of(desk.exports[number], place):
            near |= set(desk.posts.book.nearest(text)) if text else set()
    return nothing_found(sorted(near), found, order.at, desk.posts)


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


def _cover(same: list[int], desk: _Desk) -> None:
    """A coded post that was sent on a day of an export in which codes are used, and that nobody named, had no order.

    `same`: the files that are laid out alike, which cover their days together.
    """
    posts, settled = desk.posts, desk.settled
    exports = [desk.exports[number] for number in same]
    paths = {export.path for export in exports}
    named = {hit.place for hit in settled.hits}
    used = [hit.at for hit in settled.hits if hit.source in paths and hit.by == "code" and hit.at is not None]
    times = {export.path: _days_of(export) for export in exports}
    spans = _spans([day for days in times.values() for day in days], used)
    stated = [
        at
        for export in exports
        for row in range(len(export.rows))
        if (at := measured_of(export, row)) is not None
    ]
    measured = max(stated, default=desk.latest[same[0]])
    noted: Counter[str] = Counter()
    for place, code in enumerate(posts.codes):
        if not code or not posts.sent[place] or place in named:
            continue
        day = _day(int(posts.at[place]))
        if any(first <= day <= last for first, last in spans):
            source = next((path for path, days in times.items() if days and days[0] <= day <= days[-1]), "")
            source = source or exports[0].path
            noted[source] += 1
            before = settled.covered.get(place)
            if before is None or (before.measured or 0) < (measured or 0):
                outcomes = {"ordered": 0, "revenue": 0.0}
                settled.covered[place] = Hit(place, outcomes, measured, source, "code", 1.0, ORDERS)
    for path, times_noted in noted.items():
        note = f"这份订单盖住的日子里，有 {times_noted} 次带暗号的发布没有人报暗号，记作 0 单"
        desk.taken.note(path, 0, note)


def _days_of(export: Export) -> list[int]:
    """The days of an export's orders, in order."""
    found = (time_of(export, place) for place in range(len(export.rows)))
    return sorted({_day(at) for at in found if at is not None})


def _day(at: int) -> int:
    return (at + _SHANGHAI) // _DAY_MICROS


def _spans(days: list[int], used: list[int]) -> list[tuple[int, int]]:
    """First and last day of each run of days with orders, gaps of two weeks at most, in which a code was used."""
    spans: list[list[int]] = []
    for day in sorted(set(days)):
        if spans and day - spans[-1][1] <= _LONGEST_GAP:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    coded = {_day(at) for at in used}
    return [(first, last) for first, last in spans if any(first <= day <= last for day in coded)]

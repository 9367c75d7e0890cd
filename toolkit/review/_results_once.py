"""One order, once: its lines put together from any number of files, what is told again set aside.

Only what stands in the rows decides, never which file they lie in or in which order the files come; so the rows of one
export give the same in one file or in several. The rule, in this order:

1. Rows with the same order number (or number, title and time of a sign-up) of one platform are one order. Orders of two
   platforms are one where number, minute and amount agree; then the platform counts that was exported later, else the one
   whose state is further along, else the one that says what was paid.
2. A row that states when it was exported (导出时间, above the header or in a column) is outdone by rows of a later export:
   the order is what the latest one says. A row that states nothing is older than one that does, but for its state.
3. Of what is left, rows of the same goods, quantity and amounts (or none) are one article that is told again: the state
   furthest along holds (not paid, paid, in part given back, closed, given back). Everything else is a further line of
   the order. Codes are taken from all of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.review._results_rows import Export, Taken
from toolkit.review._results_states import course

_MINUTE = 60_000_000
_ARTICLE = ("goods", "quantity", "line_amount", "amount", "paid")
Line = tuple[int, int]  # which export, which place in it


@dataclass
class Once:
    """The lines of an order, one for each article; `same` has the rows that tell of it, `older` what is outdone."""

    lines: list[Line]
    same: dict[Line, list[Line]] = field(default_factory=dict)
    older: list[Line] = field(default_factory=list)

    def articles_of(self, lines: list[Line]) -> list[list[Line]]:
        """For each of these lines all rows that tell of its article."""
        return [self.same.get(line, [line]) for line in lines]

    def rows_of(self, lines: list[Line]) -> list[Line]:
        """All rows that tell of these articles."""
        return [row for rows in self.articles_of(lines) for row in rows]


def together(exports: list[Export], kinds: list[list[str]], taken: Taken) -> list[Once]:
    """All orders of the exports, each once; rows told again are rejected with the reason."""
    found: dict[Any, list[Line]] = {}
    for number, export in enumerate(exports):
        for place in range(len(export.rows)):
            key = _key(export, place)
            found.setdefault((number, place) if key is None else key, []).append((number, place))
        if not export.numbered and export.rows:
            taken.note(export.path, 1, "没有订单号这一列，同一单导出两次认不出来，每行算一单")
    desk = _Desk(exports, kinds, taken)
    orders = [
        desk.once(lines) if len(lines) > 1 else Once(lines) for lines in desk.across(list(found.values()))
    ]
    for path, times in desk.again.items():
        taken.note(path, 0, f"有 {times} 行是同一个订单又写了一遍，只算一次")
    return orders


def _key(export: Export, place: int) -> tuple[Any, ...] | None:
    """What makes an order the same in two rows or exports, None where it has no number."""
    cells = export.cells
    if "order_no" in cells and (number := cells["order_no"][place]):
        return export.platform, number
    if "line_no" in cells and (number := cells["line_no"][place]):
        title = cells["title"][place] if "title" in cells else ""
        return export.platform, title, number, time_of(export, place)
    return None


def time_of(export: Export, place: int) -> int | None:
    """When a row was ordered, else paid, in microseconds."""
    for name in ("at", "paid_at"):
        if name in export.cells and export.cells[name][place] is not None:
            return int(export.cells[name][place])
    return None


def measured_of(export: Export, place: int) -> int | None:
    """When a row says it was measured, else its file, else None."""
    own = export.cells["measured_at"][place] if "measured_at" in export.cells else None
    if own is not None:
        return int(own)
    return None if pd.isna(export.measured) else int(export.measured.as_unit("us").asm8.astype("int64"))


def written(articles: list[list[Line]], exports: list[Export], *, whole: bool) -> tuple[str, list[float]]:
    """The amounts that make up an order and their column: what was paid, else its amount, once; else each line's."""
    names = ("paid", "amount", "line_amount") if whole else ("line_amount", "paid", "amount")
    for name in names:
        if amounts := amounts_in(name, articles, exports):
            once = name != "line_amount" and len(set(amounts)) == 1
            return name, amounts[:1] if once else amounts
    return "", []


def amounts_in(name: str, articles: list[list[Line]], exports: list[Export]) -> list[float]:
    """What a column of money says of each article, by the rows that tell of it; blanks left out."""
    found = [
        [
            value
            for number, place in rows
            if name in exports[number].cells and (value := exports[number].cells[name][place]) is not None
        ]
        for rows in articles
    ]
    return [max(values) for values in found if values]


@dataclass
class _Desk:
    exports: list[Export]
    kinds: list[list[str]]
    taken: Taken
    again: Counter[str] = field(default_factory=Counter)
    _columns: dict[int, tuple[str, list[list[Any]]]] = field(default_factory=dict)

    # ---- orders of several platforms

    def across(self, groups: list[list[Line]]) -> list[list[Line]]:
        """Orders of several platforms that agree in number, minute and amount put together; what differs stays apart."""
        by_number: dict[str, list[int]] = defaultdict(list)
        for at, lines in enumerate(groups):
            export, place = self.exports[lines[0][0]], lines[0][1]
            if "order_no" in export.cells and (number := export.cells["order_no"][place]):
                by_number[number].append(at)
        gone: set[int] = set()
        for same in (same for same in by_number.values() if len(same) > 1):
            first: dict[tuple[int, float], int] = {}
            for at in same:
                marks = self._marks(groups[at])
                whole, *others = sorted({at, *(first[mark] for mark in marks if mark in first)})
                for other in others:
                    groups[whole] = groups[whole] + groups[other]
                    gone.add(other)
                first |= dict.fromkeys([mark for mark, owner in first.items() if owner in others], whole)
                first |= dict.fromkeys(marks, whole)
        return [lines for at, lines in enumerate(groups) if at not in gone]

    def _marks(self, lines: list[Line]) -> set[tuple[int, float]]:
        """Minute and yuan of an order as each version of it tells them; some exports leave the seconds out."""
        marks = set()
        for stated in {self._stated(line) for line in lines}:
            version = [line for line in lines if self._stated(line) == stated]
            own: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
            for line in version:
                own[self._article(line)].append(line)
            times = [
                at for number, place in version if (at := time_of(self.exports[number], place)) is not None
            ]
            _, amounts = written(list(own.values()), self.exports, whole=True)
            if times and amounts:
                marks.add((min(times) // _MINUTE, sum(round(amount * 100) for amount in amounts) / 100))
        return marks

    def _stated(self, line: Line) -> int | None:
        return measured_of(self.exports[line[0]], line[1])

    def _kind(self, line: Line) -> str:
        kinds = self.kinds[line[0]]
        return kinds[line[1]] if kinds else "good"

    # ---- rows of one order

    def _article(self, line: Line) -> tuple[Any, ...]:
        cells = self.exports[line[0]].cells
        return tuple((cells[name][line[1]] or None) if name in cells else None for name in _ARTICLE)

    def _content(self, line: Line) -> str:
        """All that is read of a row but when it was exported, to tell rows apart and in order; nobody sees it."""
        number, place = line
        if number not in self._columns:
            export = self.exports[number]
            names = sorted(name for name in export.cells if name != "measured_at")
            columns = [export.cells[name] for name in names] + [cells for _, cells in export.states]
            self._columns[number] = repr(names), columns + export.said
        names_of, columns = self._columns[number]
        return f"{names_of}{[cells[place] for cells in columns]}"

    def once(self, lines: list[Line]) -> Once:
        """The lines of an order without what is told again."""
        here, elsewhere = self._of_one_platform(lines)
        stated = {line: self._stated(line) for line in here}
        latest = max((at for at in stated.values() if at is not None), default=None)
        articles: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
        for line in here:
            if stated[line] in (latest, None):
                articles[self._article(line)].append(line)
        for key in [key for key in articles if key[2:] == (None, None, None)]:
            # a row without any amount: not paid yet, or given back
            twins = [other for other in articles if other != key and other[:2] == key[:2]]
            if len(twins) == 1:
                articles[twins[0]] += articles.pop(key)
        ranks = {line: self._rank(line) for rows in articles.values() for line in rows}
        kept = [
            sorted(rows, key=ranks.__getitem__)
            for rows in articles.values()
            if any(stated[row] == latest for row in rows)
        ]
        # the article that costs most stands first: its title is the order's
        kept.sort(key=lambda rows: (self._costs(rows[0]), ranks[rows[0]]))
        told = {row for rows in kept for row in rows}
        older = [line for line in here if line not in told]
        best = kept[0][0]
        for line in elsewhere:
            self._set_aside(line, best, "也有，只算一次")
        for line in older:
            self._set_aside(line, best, "也有，按较晚的那份算")
        for first, *rest in kept:
            for line in rest:
                self._again(line, first, exact=ranks[line][4] == ranks[first][4])
        return Once([rows[0] for rows in kept], {rows[0]: rows for rows in kept}, older + elsewhere)

    def _rank(self, line: Line) -> tuple[Any, ...]:
        """The row of an article that speaks for it stands first; places only where two rows are the same in all."""
        export, place = self.exports[line[0]], line[1]
        at = time_of(export, place)
        said = self._content(line)
        return (
            -course(self._kind(line)),
            place in export.faults,
            at is None,
            at or 0,
            said,
            export.path,
            place,
        )

    def _costs(self, line: Line) -> float:
        amounts = self.exports[line[0]].cells.get("line_amount")
        return -(amounts[line[1]] or 0.0) if amounts else 0.0

    def _of_one_platform(self, lines: list[Line]) -> tuple[list[Line], list[Line]]:
        """The rows of the platform that is held to, and those of others."""
        by_platform: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            by_platform[self.exports[line[0]].platform].append(line)
        if len(by_platform) == 1:
            return lines, []
        latest = {
            name: max((at for line in own if (at := self._stated(line)) is not None), default=-1)
            for name, own in by_platform.items()
        }
        all_state = min(latest.values()) >= 0

        def rank(name: str) -> tuple[Any, ...]:
            own = by_platform[name]
            state = max(course(self._kind(line)) for line in own)
            paid = bool(amounts_in("paid", [own], self.exports))
            return (latest[name] if all_state else 0, state, paid, latest[name], name)

        best = max(by_platform, key=rank)
        return by_platform[best], [line for name, own in by_platform.items() if name != best for line in own]

    def _set_aside(self, line: Line, best: Line, how: str) -> None:
        export, other = self.exports[line[0]], self.exports[best[0]]
        where = f"在「{other.path}」里" if other is not export else f"在第 {other.rows[best[1]]} 行"
        self.taken.reject(export.path, export.rows[line[1]], f"这一单{where}{how}")
        self.again[export.path] += 1

    def _again(self, line: Line, first: Line, *, exact: bool) -> None:
        export, other = self.exports[line[0]], self.exports[first[0]]
        where = f"第 {other.rows[first[1]]} 行"
        where = where if other is export else f"「{other.path}」{where}"
        if exact:
            how = "同一单，一字不差，只算一次"
        elif self._kind(line) == self._kind(first):
            how = "同一单的同一件，只算一次"
        else:
            how = "同一单的同一件，那里的状态更晚，只算一次"
        self.taken.reject(export.path, export.rows[line[1]], f"和{where}是{how}")
        self.again[export.path] += 1

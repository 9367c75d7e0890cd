"""Whether a pattern's work on a text has a ceiling: what people type into a rules' table is looked at before it runs.

The pattern is read with the interpreter's own parser and the steps of its matcher are added up for the worst text
there could be, one character ahead: see `steps_of`.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterable, Iterator
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import numpy as np

# A step takes the interpreter 0.1 to 7 ns (measured), so the worst pattern takes at most a quarter of a second on
# the worst text of 1 000 characters; the most expensive rules of the lexicon come close to it.
MOST_STEPS = 30_000
# how often a part may be repeated, repeats within repeats multiplied; the lexicon's highest
MOST_REPEATS = 200
LONGEST_PATTERN = 600

_BMP = 0xFFFF
_SHOWN = 12
_CEILING = 1e15  # as good as endless, and sums of it stay exact enough
_NEVER = -np.inf
_ONE_CHARACTER = (constants.LITERAL, constants.NOT_LITERAL, constants.ANY, constants.IN)
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
_LOOKS = (constants.ASSERT, constants.ASSERT_NOT)
_RARE = (constants.ATOMIC_GROUP, constants.POSSESSIVE_REPEAT)
_BACK = (constants.GROUPREF, constants.GROUPREF_EXISTS)
# a pattern as it is written: an escape, a set or a single sign, and the repeat behind it
_PIECE = re.compile(
    r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?[:=!<]*)?|.)(?P<repeat>[*+]|\{\d*,?\d*\})?", re.DOTALL
)
# what the interpreter says of a broken pattern, by the first words of its message
_BROKEN = {
    "unterminated character set": "方括号「[」没有配上「]」",
    "missing )": "括号「(」没有配上「)」",
    "unbalanced parenthesis": "多了一个「)」",
    "nothing to repeat": "重复的记号前面没有字",
    "multiple repeat": "两个重复的记号连在一起",
    "min repeat": "重复的次数前大后小",
    "bad character range": "方括号里的范围前大后小",
    "bad escape": "反斜杠后面的字不认识",
    "incomplete escape": "反斜杠后面没有写完",
    "look-behind requires": "(?<=…) 或 (?<!…) 里的字数不固定，请让每种说法一样长",
    "global flags": "(?i) 这样的开关不收",
    "invalid group reference": "回指的括号不存在",
    "Possible": "方括号里的记号连写有别的意思，请在它前面加反斜杠",
}

Items = Iterable[tuple[Any, Any]]


class Worst(NamedTuple):
    """The most steps from a place in a pattern, by what the next character is: where all fails, and where it matches."""

    failing: np.ndarray
    matching: np.ndarray


@functools.lru_cache(maxsize=1024)
def fault_of(pattern: str) -> str:
    """Why a regular expression cannot be a rule, in Chinese; "" when it can.

    Refused are: what the interpreter cannot read, more than 600 characters, repeats without an end or of more than 200
    (one in another multiplied), what matches the empty text, back-references, atomic groups, flags inside the pattern,
    and parts in a row whose choices multiply to more than 30 000 steps from one place of a text.

    >>> fault_of("全城.{0,4}最低价"), fault_of("(?:好){1,9}")
    ('', '')
    >>> fault_of("买.*送")
    '「.*」可以没完没了地重复。请写上限，如「.{0,9}」'
    """
    if not pattern:
        return "规则是空的"
    if len(pattern) > LONGEST_PATTERN:
        return f"写法有 {len(pattern)} 个字，最多 {LONGEST_PATTERN} 个。请拆成几条规则"
    try:
        return _fault(pattern)
    except (RecursionError, OverflowError):
        return "括号套得太深，或重复的次数太大。请写得简单些"


def _fault(pattern: str) -> str:
    tree, reason = _read(pattern)
    if reason:
        return reason
    used = {operator for operator, _ in _walk(tree)}
    if tree.state.flags & ~re.UNICODE.value or any(map(_switches, _walk(tree))):
        return "用了 (?i) 这样的开关，这里不收。请去掉开关，大小写都要时写成「[vV]」这样"
    if used & set(_BACK):
        return "用了回指（\\1、(?P=…) 这样的写法），工作量没有上限。请把要找的字直接写出来"
    if used & set(_RARE):
        return "用了 (?>…) 或 ++ 这样的写法，这里不收。请改成普通的括号和次数，如「{1,9}」"
    return _too_much(pattern, tree)


def _too_much(pattern: str, tree: Any) -> str:
    """Why a pattern that can be read takes too much work, "" when it does not."""
    repeats = _most_repeats(tree)
    if repeats >= int(constants.MAXREPEAT):
        return f"「{_repeat_in(pattern)}」可以没完没了地重复。请写上限，如「.{{0,9}}」"
    if repeats > MOST_REPEATS:
        part = _repeat_in(pattern)
        return f"「{part}」这样的重复（里外相乘）最多 {repeats} 次，上限是 {MOST_REPEATS} 次。请改小"
    if tree.getwidth()[0] == 0:
        return "一个字都没有也算对上，处处都会报。请至少写一个必须出现的字"
    steps = steps_of(pattern)
    if steps > MOST_STEPS:
        part = _repeat_in(pattern)
        return (
            f"几处可多可少的写法连在一起，一处文字最多要试 {_counted(steps)}，上限是 {_counted(MOST_STEPS)}。"
            + (f"请先把「{part}」改短，或拆成几条规则" if part else "请拆成几条规则")
        )
    return ""


def steps_of(pattern: str) -> int:
    """The most steps that matching a pattern takes from one place of a text, whatever the text is.

    A step is one part of the pattern tried at one place. Every part is charged for each way in which the parts before
    it can have matched; a part that cannot begin with the next character ends there. So this is never less than what
    a matcher does that tries one way after the other. At most 10¹⁵ is told.

    Raises what the interpreter raises for a pattern it cannot read; the pattern may not repeat without an end.

    >>> steps_of("最低价"), steps_of(".{0,50}甲"), steps_of(".{0,50}.{0,50}甲")
    (4, 152, 7802)
    """
    tree = parser.parse(pattern)
    work = _Work(tree)
    worst = work.before(tree, work.done())
    return int(min(_CEILING, max(worst.failing.max(), worst.matching.max())))


def _read(pattern: str) -> tuple[Any, str]:
    """The pattern parsed, and the reason when it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern)
            re.compile(pattern)
    except (re.error, Warning) as error:
        said = str(getattr(error, "msg", error))
        reason = next((words for start, words in _BROKEN.items() if said.startswith(start)), "写法不完整")
        place = getattr(error, "pos", None)
        near = "" if place is None else f"（在第 {place + 1} 个字「{pattern[place : place + 6]}」这里）"
        return None, f"正则写法有误：{reason}{near}。请改正；如果要找的就是这几个字，写法请填「词语」"
    return tree, ""


def _inside(operator: Any, argument: Any) -> Iterator[Any]:
    """The parts within a part of a parsed pattern."""
    if operator in (*_REPEATS, constants.POSSESSIVE_REPEAT):
        yield argument[2]
    elif operator is constants.SUBPATTERN:
        yield argument[-1]
    elif operator is constants.ATOMIC_GROUP:
        yield argument
    elif operator in _LOOKS:
        yield argument[1]
    elif operator is constants.BRANCH:
        yield from argument[1]
    elif operator is constants.GROUPREF_EXISTS:
        yield from (branch for branch in argument[1:] if branch is not None)


def _walk(items: Items) -> Iterator[tuple[Any, Any]]:
    for operator, argument in items:
        yield operator, argument
        for part in _inside(operator, argument):
            yield from _walk(part)


def _switches(item: tuple[Any, Any]) -> bool:
    """Whether a group turns flags on or off."""
    operator, argument = item
    return operator is constants.SUBPATTERN and bool(argument[1] or argument[2])


def _most_repeats(items: Items) -> int:
    """The highest number of repeats of any part: what stands in a repeat is multiplied by it."""
    most = 0
    for operator, argument in items:
        inner = max((_most_repeats(part) for part in _inside(operator, argument)), default=0)
        times = int(argument[1]) if operator in (*_REPEATS, constants.POSSESSIVE_REPEAT) else 1
        repeated = operator in (*_REPEATS, constants.POSSESSIVE_REPEAT)
        most = max(most, times * max(inner, 1) if repeated else inner)
    return most


def _repeat_in(pattern: str) -> str:
    """The part of the pattern, as written, with the highest repeat, for a message; "" where there is none."""
    found = [piece for piece in _PIECE.finditer(pattern) if piece["repeat"]]
    if not found:
        return ""
    most = max(found, key=lambda piece: _times(piece["repeat"]))
    if most[0][0] != ")":
        return most[0]
    first = max(0, most.start() - _SHOWN)
    return ("…" if first else "") + pattern[first : most.end()]


def _times(repeat: str) -> float:
    if repeat in "*+" or repeat.endswith(",}"):
        return float("inf")
    return float(re.split(r"[,}]", repeat[1:])[-2] or 0)


def _counted(steps: int) -> str:
    if steps >= 10**8:
        return "一亿步以上"
    return f"{steps} 步" if steps < 10_000 else f"{steps / 10_000:.0f} 万步"


@functools.cache
def _members(category: Any) -> np.ndarray | None:
    """The code points of the digits or blanks; None for a category that is too large to list."""
    test = {constants.CATEGORY_DIGIT: str.isdecimal, constants.CATEGORY_SPACE: str.isspace}.get(category)
    return None if test is None else np.array([code for code in range(0x110000) if test(chr(code))])


class _Work:
    """Adds steps up from the end of a pattern to its beginning.

    Characters that the pattern does not tell apart are one kind; the last kind is the text's end, which nothing matches.
    """

    def __init__(self, tree: Any) -> None:
        bounds = {0}
        for operator, argument in _walk(tree):
            for first, last in _named(operator, argument):
                bounds |= {first, last + 1}
        self.starts = np.array(sorted(bounds))
        self.kind = {int(start): place for place, start in enumerate(self.starts)}
        self.kinds = len(self.starts) + 1

    def done(self) -> Worst:
        """Nothing is left to match."""
        return Worst(np.full(self.kinds, _NEVER), np.ones(self.kinds))

    def before(self, items: Items, after: Worst) -> Worst:
        """The work of these parts one after the other, and of what follows them."""
        for operator, argument in reversed(list(items)):
            after = self._one(operator, argument, after)
        return after

    def _one(self, operator: Any, argument: Any, after: Worst) -> Worst:
        if operator in _ONE_CHARACTER:
            taken = self._takes(operator, argument)
            cost = _cost(operator, argument)
            failing = cost + np.where(taken, after.failing.max(), 0)
            return Worst(failing, cost + np.where(taken, after.matching.max(), _NEVER))
        if operator in _REPEATS:
            return self._repeated(operator, argument, after)
        if operator is constants.SUBPATTERN:
            return self.before(argument[-1], after)
        if operator is constants.BRANCH:
            return functools.reduce(_either, [self.before(branch, after) for branch in argument[1]])
        if operator in _LOOKS:
            return self._looked(operator, argument, after)
        if operator is constants.AT:
            return Worst(1 + np.maximum(after.failing, 0), 1 + after.matching)
        return Worst(np.ones(self.kinds), np.full(self.kinds, _NEVER))  # (?!), which never matches

    def _repeated(self, operator: Any, argument: Any, after: Worst) -> Worst:
        least, most, body = argument
        left = after
        for done in range(int(most) - 1, -1, -1):
            more = self.before(body, left)
            if done < least:
                left = more
            else:
                left = _either(more, after) if operator is constants.MAX_REPEAT else _either(after, more)
        return left

    def _looked(self, operator: Any, argument: Any, after: Worst) -> Worst:
        failing, matching = self.before(argument[1], self.done())
        if argument[0] < 0:  # what stands before is not known
            failing = np.full(self.kinds, failing.max())
            matching = np.full(self.kinds, matching.max())
        if operator is constants.ASSERT_NOT:
            failing, matching = matching, failing
        return Worst(
            np.minimum(1 + np.maximum(failing, matching + after.failing), _CEILING),
            np.minimum(1 + matching + after.matching, _CEILING),
        )

    def _takes(self, operator: Any, argument: Any) -> np.ndarray:
        """Which kinds of characters a part that takes one character may take."""
        taken = np.zeros(self.kinds, dtype=bool)
        unsure = operator is constants.ANY
        negated = operator is constants.NOT_LITERAL
        for first, last in _named(operator, argument):
            taken[self.kind[first] : self.kind[last + 1]] = True
        for name, value in argument if operator is constants.IN else ():
            negated |= name is constants.NEGATE
            if name is constants.CATEGORY:
                members = _members(value)
                unsure |= members is None or negated
                if members is not None:
                    taken[np.searchsorted(self.starts, members, side="right") - 1] = True
        taken = np.ones(self.kinds, dtype=bool) if unsure else taken ^ negated
        taken[-1] = False
        return taken


def _either(first: Worst, second: Worst) -> Worst:
    """The second is tried where the first has failed."""
    return Worst(
        np.minimum(1 + first.failing + second.failing, _CEILING),
        np.minimum(1 + np.maximum(first.matching, first.failing + second.matching), _CEILING),
    )


def _named(operator: Any, argument: Any) -> Iterator[tuple[int, int]]:
    """The characters that a part names, as ranges, both ends included."""
    if operator in (constants.LITERAL, constants.NOT_LITERAL):
        yield argument, argument
    elif operator is constants.RANGE:
        yield argument
    elif operator is constants.IN:
        for name, value in argument:
            yield from _named(name, value)


def _cost(operator: Any, argument: Any) -> int:
    """The interpreter looks up a set at once, but for categories and characters beyond the BMP, one after the other."""
    if operator is not constants.IN:
        return 1
    slow = (
        name is constants.CATEGORY or any(last > _BMP for _, last in _named(name, value))
        for name, value in argument
    )
    return 1 + sum(slow)

"""What the columns of state and refund say of a line of an order: paid, not paid, closed, given back, in part or whole."""

from __future__ import annotations

import functools
import re

from toolkit.review._results_rows import Export, Taken, words_of

WHY_NO_ORDER = {
    "refunded": "已退款或正在退款，不算订单",
    "closed": "订单已关闭或取消，不算订单",
    "unpaid": "还没有付款，不算订单",
    "ungrouped": "还没有成团或没有成团，不算订单",
}
# of what several columns of one row say, the first of these holds
_WORST = ("refunded", "closed", "unpaid", "ungrouped", "partial")
# of what several rows say of the same article, the last of these is the latest: an order is paid, then given back
_COURSE = ("unpaid", "ungrouped", "good", "partial", "closed", "refunded")
_STATES = ("good", "partial", "refunded", "closed", "unpaid", "ungrouped", "unsure")
_CLAIMS = {"claim_good": "good", "claim_partial": "partial", "claim_refunded": "refunded"}
_LONGEST_STATE = 12


def kinds_of(exports: list[Export], taken: Taken) -> list[list[str]]:
    """For each row of each export what it says of itself: a key of `WHY_NO_ORDER`, partial or good; the unknown is noted."""
    return [
        [_kind_of(export, place, taken) for place in range(len(export.rows))] if export.states else []
        for export in exports
    ]


def course(kind: str) -> int:
    """How far along an order of this kind is, for two exports that do not say when they were made."""
    return _COURSE.index(kind)


def _kind_of(export: Export, place: int, taken: Taken) -> str:
    found = set()
    for is_claim, cells in export.states:
        text = cells[place]
        if not text:
            continue
        kind = state(text, claim=is_claim)
        if kind == "unknown":
            if (is_claim, text) not in taken.states:
                called = _shown(text)
                what = "退款状态" if is_claim else "订单状态"
                note = f"从这一行起有{what}{called or '的写法'}不认识，按成交算，请核对"
                taken.note(export.path, export.rows[place], note)
                taken.states.add((is_claim, text))
            kind = "good"
        found.add(kind)
    return next((kind for kind in _WORST if kind in found), "good")


@functools.lru_cache(maxsize=10_000)
def state(text: str, *, claim: bool) -> str:
    """The kind that a cell of a column of states (`claim`: of refunds) tells, "unknown" for what the lexicon lacks.

    The longest word of the lexicon decides, of words as long as each other the harmless one. "完成" and "关闭" mean the
    opposite in the two columns: a refund that is done, a refund that is withdrawn.

    >>> state("已完成", claim=False), state("已完成", claim=True), state("交易关闭", claim=False)
    ('good', 'refunded', 'closed')
    >>> state("已关闭", claim=True), state("全额退款成功", claim=True), state("没见过", claim=False)
    ('good', 'refunded', 'unknown')
    """
    text = re.sub(r"\s", "", text).lower()
    as_claim = _longest(text, tuple(_CLAIMS))
    as_claim = _CLAIMS.get(as_claim, "unknown")
    if claim:
        return as_claim
    if as_claim in ("refunded", "partial") and any(word in text for word in words_of("claim")):
        return as_claim
    kind = _longest(text, _STATES)
    return "unknown" if kind in ("", "unsure") else kind


def _longest(text: str, roles: tuple[str, ...]) -> str:
    """The role of the longest word that stands in a text; a word of one sign, or yes and no, only as the whole of it."""
    best = (0, "")
    for role in roles:
        word = next(
            (w for w in words_of(role) if (w in text if len(w) > 1 and not w.isascii() else w == text)), ""
        )
        if len(word) > best[0]:
            best = len(word), role
    return best[1]


def _shown(text: str) -> str:
    """An unknown state as a note may show it: only one made of the words of states, since others may be a name."""
    parts = "|".join(map(re.escape, words_of("state_part")))
    return f"「{text}」" if len(text) <= _LONGEST_STATE and re.fullmatch(f"(?:{parts})+", text) else ""


# ---- money given back


def left_of(amount: float, given_back: float, most: float) -> tuple[float, str]:
    """What is left of an order's yuan, and why it is no order; `most` is the largest total that is written of it.

    >>> left_of(100, 30, 100), left_of(95, 95, 100), left_of(100, 120, 100)[1]
    ((70, ''), (0.0, '已退款或正在退款，不算订单'), '退款金额比订单金额还多，请核对')
    """
    if given_back > max(amount, most) + 0.005:
        return 0.0, "退款金额比订单金额还多，请核对"
    left = round(amount - given_back, 2)
    return (left, "") if left > 0 else (0.0, WHY_NO_ORDER["refunded"])


def given_back(refunds: list[float], amounts: list[float], *, each: bool) -> float:
    """Yuan given back of an order: the sum of its lines, but once where each line repeats that of the order.

    `each`: the amounts are those of lines. The same refund on every line is the order's where the amounts are the
    order's, and where it is more than one of the lines cost.

    >>> given_back([30, 30], [100], each=False), given_back([30, 0], [100], each=False)
    (30, 30.0)
    >>> given_back([20, 20], [20, 50], each=True), given_back([60, 60], [20, 50], each=True)
    (40.0, 60)
    """
    repeated = len(refunds) > 1 and len(set(refunds)) == 1
    if repeated and (not each or (amounts and refunds[0] > min(amounts))):
        return refunds[0]
    return sum(round(refund * 100) for refund in refunds) / 100

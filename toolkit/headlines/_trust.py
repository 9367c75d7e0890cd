"""May a number be shown: the model held against what came later, beside simple baselines, with intervals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from toolkit.headlines._design import Design
from toolkit.headlines._posts import FEWEST_BLOCKS, FURTHEST, Posts
from toolkit.text import fold

# fewer posts than this and nothing is said (DESIGN section 6)
FEWEST_POSTS = 50
# how hard the ridge holds back: the one whose order agreed better with what came later is taken
PENALTIES = (3.0, 8.0)
BASELINE_PENALTY = 3.0
FOLDS, FOLDS_OF_MANY, MANY_POSTS = 5, 3, 3000
# the first half is only learned from: a test on what an account of ten posts would have said tells nothing of today
FIRST_TEST = 0.5
MOST_PAIRS = 20_000
DRAWS = 400
NO_MODEL = "还没有用本账号的历史学过，暂无胜出机会。"


@dataclass(frozen=True)
class Skill:
    """How well the order was foretold on posts that were not learned from.

    accuracy is the share of pairs put right, low and high its 95% interval over weeks (tests, authors). baseline is
    what length alone puts right on the same pairs, at least the coin's 0.5; ridge what a ridge on runs of characters
    does, gain_low and gain_high the interval of the difference to it. `shown`: may a chance be shown, which is where
    low is above baseline and the ridge is not clearly better; `reason` says why or why not. `tested` posts were asked. The better of
    two penalties is taken on these same pairs, which flatters accuracy a little (false alarms stay under 2.5%,
    `benchmarks/headlines.py`, part `weeks`).
    """

    posts: int
    accuracy: float
    low: float
    high: float
    baseline: float
    shown: bool
    ridge: float = float("nan")
    gain_low: float = float("nan")
    gain_high: float = float("nan")
    tested: int = 0
    reason: str = NO_MODEL


@dataclass
class Ridge:
    """A fitted line: one column of coefficients, or several where parts of the posts were left out in turn."""

    design: Design
    coefficients: np.ndarray
    intercepts: np.ndarray
    around: np.ndarray
    spread: float


@dataclass
class Forward:
    """What was said of posts before they were known, and what came."""

    places: list[np.ndarray] = field(default_factory=list)
    came: list[np.ndarray] = field(default_factory=list)
    said: list[np.ndarray] = field(default_factory=list)  # posts × (model, length, ridge)
    penalty: float = PENALTIES[0]


def honest_folds(posts: Posts, seed: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places to learn from and places to test on: forward in time where posts are dated, and never one unit on both.

    Undated posts are split by unit (equal titles, tests, authors) into five parts.
    """
    count = len(posts)
    number = FOLDS if count < MANY_POSTS else FOLDS_OF_MANY
    if posts.days is None:
        shuffled = np.random.default_rng(seed).permutation(int(posts.units.max(initial=-1)) + 1)
        part = shuffled[posts.units] % FOLDS
        for one in range(FOLDS):
            train, test = np.flatnonzero(part != one), np.flatnonzero(part == one)
            if len(test) and len(train):
                yield train, test
        return
    edges = np.linspace(round(count * FIRST_TEST), count, number + 1).round().astype(int)
    for start, end in itertools.pairwise(edges):
        train, later = np.arange(start), np.arange(start, end)
        test = later[~np.isin(posts.units[later], posts.units[train])]
        if len(test):
            yield train, test


def fit_ridge(
    posts: Posts, penalties: Sequence[float] = PENALTIES[:1], *, leave_out: int = 0, seed: int = 0
) -> Ridge:
    """The ridge of the posts, a column for each penalty.

    With `leave_out` each penalty's column is followed by as many, each fitted without one of that many parts.
    """
    from scipy import sparse
    from sklearn.linear_model import Ridge as Solver

    design, rows = Design.learned(posts.titles, posts.context)
    residual = posts.residual()
    spread = max(float(np.std(residual)), 1e-9)
    wanted = np.clip(residual / spread, -FURTHEST, FURTHEST)
    around = design.around(posts.context)
    expected = np.zeros(rows.shape[1])
    expected[rows.shape[1] - len(design.names) :] = design.expected(spread)
    matrix = sparse.hstack([rows, around], format="csr")
    weights, target = posts.weights(), wanted - rows @ expected
    parts = np.random.default_rng(seed).permutation(int(posts.units.max()) + 1)[posts.units] % max(
        leave_out, 1
    )
    found, constants = [], []
    for penalty, left in itertools.product(penalties, range(-1, leave_out)):
        kept = np.flatnonzero(parts != left) if left >= 0 else np.arange(len(posts))
        solver = Solver(alpha=penalty, solver="sparse_cg", tol=1e-4)
        solver.fit(matrix[kept], target[kept], sample_weight=weights[kept])
        found.append(solver.coef_)
        constants.append(float(solver.intercept_))
    whole = np.stack(found, axis=1)
    columns = rows.shape[1]
    return Ridge(design, whole[:columns] + expected[:, None], np.array(constants), whole[columns:, 0], spread)


def forward_test(posts: Posts, seed: int = 0) -> Forward:
    """The model and its baselines, each learned on the earlier part, asked about the later.

    The penalty is the one that puts more pairs of the later posts right.
    """
    out, came = Forward(), posts.residual()
    for train, whole in honest_folds(posts, seed):
        test = whole if posts.tests is None else _with_rivals(posts.tests, whole)
        learned, later = posts.take(train), posts.take(test)
        if len(later) < 2 or not np.ptp(learned.residual()):
            continue
        ridge = fit_ridge(learned, PENALTIES)
        out.places.append(test)
        # held against all posts around them, learned from or not: the outcome only has to be known afterwards
        out.came.append(came[test] / ridge.spread - ridge.design.around(later.context) @ ridge.around)
        answers = ridge.design.rows(later.titles) @ ridge.coefficients + ridge.intercepts
        out.said.append(np.column_stack([answers, *_baselines(learned, later, ridge.spread)]))
    _, better, worse = pairs_of(posts, out, seed)
    best = int(np.argmax(_right(better, worse)[:, : len(PENALTIES)].mean(axis=0))) if len(better) else 0
    out.penalty = PENALTIES[best]
    out.said = [said[:, [best, *range(len(PENALTIES), said.shape[1])]] for said in out.said]
    return out


def _right(better: np.ndarray, worse: np.ndarray) -> np.ndarray:
    """1 where the better has the higher score, one half where they are equal."""
    return (better > worse) + 0.5 * (better == worse)


def _with_rivals(tests: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The places whose A/B test has another title among them."""
    return places[np.bincount(tests[places])[tests[places]] > 1]


def _baselines(learned: Posts, later: Posts, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """A straight line on the length, and ridge on runs of one to three characters."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge as Solver

    target = learned.residual() / spread
    long = [np.log1p([[len(title)] for title in part.titles]) for part in (learned, later)]
    runs = TfidfVectorizer(analyzer="char", lowercase=False, ngram_range=(1, 3), sublinear_tf=True)
    matrix = runs.fit_transform(fold(learned.titles))
    solver = Solver(alpha=BASELINE_PENALTY, solver="sparse_cg", tol=1e-4).fit(matrix, target)
    line = Solver(alpha=1e-3).fit(long[0], target)
    return line.predict(long[1]), solver.predict(runs.transform(fold(later.titles)))


def pairs_of(posts: Posts, forward: Forward, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of one fold (of one test) whose outcomes differ, the better first: blocks of both, scores of both."""
    rng = np.random.default_rng(seed)
    blocks, better, worse = [], [], []
    for places, came, said in zip(forward.places, forward.came, forward.said, strict=True):
        first, second = _drawn(len(places), rng)
        keep = came[first] != came[second]
        if posts.tests is not None:
            first, second = _same_test(posts.tests[places])
            keep = came[first] != came[second]
        first, second = first[keep], second[keep]
        turn = came[first] < came[second]
        first, second = np.where(turn, second, first), np.where(turn, first, second)
        blocks.append(np.column_stack([posts.blocks[places[first]], posts.blocks[places[second]]]))
        better.append(said[first])
        worse.append(said[second])
    if not blocks:
        return np.zeros((0, 2), dtype=np.int64), np.zeros((0, 3)), np.zeros((0, 3))
    return np.concatenate(blocks), np.concatenate(better), np.concatenate(worse)


def _drawn(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    if count * (count - 1) // 2 <= MOST_PAIRS:
        return np.triu_indices(count, 1)
    first, second = rng.integers(0, count, MOST_PAIRS), rng.integers(0, count - 1, MOST_PAIRS)
    return first, second + (second >= first)


def _same_test(tests: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(tests, kind="stable")
    firsts, seconds = [], []
    for group in np.split(order, np.flatnonzero(np.diff(tests[order])) + 1):
        one, other = np.triu_indices(len(group), 1)
        firsts.append(group[one])
        seconds.append(group[other])
    return np.concatenate(firsts), np.concatenate(seconds)


def measure_skill(posts: Posts, forward: Forward, seed: int = 0) -> Skill:
    """Accuracy with its interval and the baselines', by drawing blocks anew; whether a chance may be shown."""
    blocks, better, worse = pairs_of(posts, forward, seed)
    tested = int(sum(len(places) for places in forward.places))
    if not len(blocks):
        return nothing_known(len(posts), "前后的阅读数没有可比的差别，暂不给胜出机会。", tested=tested)
    right = _right(better, worse)
    names, codes = np.unique(blocks, return_inverse=True)
    if len(names) < FEWEST_BLOCKS:
        what = "个测试" if posts.tests is not None else "位作者" if posts.days is None else "段时间"
        return nothing_known(
            len(posts),
            f"能用来验的只有 {len(names)} {what}，少于 {FEWEST_BLOCKS}，说不准，暂不给胜出机会。",
            tested=tested,
        )
    codes = codes.reshape(blocks.shape)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS).astype(np.float64)
    shares = np.concatenate([_shares(part, codes, right) for part in np.array_split(draws, DRAWS // 20)])
    accuracy, length, ridge = (float(value) for value in right.mean(axis=0))
    low, high = (float(value) for value in np.quantile(shares[:, 0], [0.025, 0.975]))
    gain_low, gain_high = (float(value) for value in np.quantile(shares[:, 0] - shares[:, 2], [0.025, 0.975]))
    baseline = max(length, 0.5)
    shown = low > baseline and gain_high >= 0
    return Skill(
        posts=len(posts),
        accuracy=accuracy,
        low=low,
        high=high,
        baseline=baseline,
        shown=shown,
        ridge=ridge,
        gain_low=gain_low,
        gain_high=gain_high,
        tested=tested,
        reason=_reason(accuracy, low, high, baseline, gain_high),
    )


def _shares(draws: np.ndarray, codes: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Draws × scores: the share of pairs put right, a pair counting as often as its blocks were drawn."""
    weights = draws[:, codes[:, 0]] * draws[:, codes[:, 1]]
    return weights @ right / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)


def nothing_known(posts: int, reason: str, *, tested: int = 0) -> Skill:
    """The skill where nothing can be said, and why."""
    return Skill(
        posts=posts, accuracy=0.5, low=0.0, high=1.0, baseline=0.5, shown=False, tested=tested, reason=reason
    )


def too_few(posts: int) -> Skill:
    """The skill of an account with too few posts to say anything."""
    left = FEWEST_POSTS - posts
    return nothing_known(
        posts, f"可用的发布只有 {posts} 条，不到 {FEWEST_POSTS} 条，暂不给胜出机会；再攒 {left} 条就能试。"
    )


def _reason(accuracy: float, low: float, high: float, baseline: float, gain_high: float) -> str:
    figures = f"在没学过的内容上，两条里挑对更好的一条占 {accuracy:.0%}（95% 区间 {low:.0%}–{high:.0%}）"
    simple = "抛硬币是 50%" if baseline <= 0.5 else f"只看长短是 {baseline:.0%}"
    if low <= baseline:
        return f"{figures}，{simple}，两者分不开，所以不给胜出机会。"
    if gain_high < 0:
        return f"{figures}，明显不如只数字词的简单办法，所以不给胜出机会。"
    return f"{figures}，{simple}，所以给出胜出机会。"

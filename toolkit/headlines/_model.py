"""HeadlineModel: the chance to beat the account's median, learned on its own posts, shown only where it proved itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from toolkit.headlines._chance import FLAT, Curve, fit_curve
from toolkit.headlines._design import priors
from toolkit.headlines._explain import pieces
from toolkit.headlines._features import feature_matrix
from toolkit.headlines._inputs import texts_of
from toolkit.headlines._posts import read_posts
from toolkit.headlines._trust import (
    FEWEST_POSTS,
    Ridge,
    Skill,
    fit_ridge,
    forward_test,
    measure_skill,
    nothing_known,
    pairs_of,
    too_few,
)
from toolkit.schema import ChoiceError

# the account is fitted this many times more, each time without one part, to see how much a score hangs on a few posts
PARTS = 8
# fewer than these say little of what is usual: the mean of ten scores wobbles by 7 points of the chance
LAST_TESTED = 60
ONE_UNIT = "这些发布连成一体（标题都一样、同一个测试，或作者互相用过同一个标题），分不出先学后考的两份，暂不给胜出机会。"
SAME_OUTCOME = "这些发布的结果全都一样，学不出差别，暂不给胜出机会。"


class HeadlineModel:
    """Learns on an account's own posts which titles did better than others of the same time.

    >>> posts = pd.DataFrame({"title": ["桂花拿铁上新", "周五读书会"], "reads": [120, 80]})
    >>> model = HeadlineModel().fit(posts)
    >>> model.skill_.shown, model.skill_.reason
    (False, '可用的发布只有 2 条，不到 50 条，暂不给胜出机会；再攒 48 条就能试。')

    What is learned from: the log of reads (log odds of reads among `exposures`, where given) less the middle of the
    61 posts around each, with author, topic, channel, position, weekday and part of the day fitted beside the title.
    The title is its runs of one to four characters and of one to three words, and the features of
    `headline_features`; one ridge over all, the features drawn towards what experiments of others found (lexicon
    `headline-priors`), recent posts weighing more. From 50 posts on; below, `decision_function` ranks by those
    experiments alone and every chance is one half.

    Attributes after `fit`: `skill_` (see `Skill`), `rejected_` (place, title, reason of the posts that could not be
    used), `posts_` (how many could).
    """

    def __init__(self, *, context: Sequence[str] | str = (), seed: int = 0) -> None:
        self.context = context
        self.seed = seed

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """The constructor's arguments, as scikit-learn asks for them."""
        return {"context": self.context, "seed": self.seed}

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments. Raises ChoiceError for an unknown name."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ChoiceError(f"HeadlineModel 没有参数 {name}。可以设的是：context、seed。")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=False),
            classifier_tags=ClassifierTags(multi_class=False),
        )

    def __repr__(self) -> str:
        if not hasattr(self, "skill_"):
            return "HeadlineModel（还没有学过）"
        return f"HeadlineModel（学过 {self.posts_} 条，{'给出' if self.skill_.shown else '不给'}胜出机会）"

    def fit(self, posts: pd.DataFrame, y: Any = None) -> Self:
        """Learn from posts: title, reads (or `y` in its place, higher is better), and where known published_at,
        exposures, position, author, topic, channel, test (an A/B test's id: then only titles of one test are
        compared). Returns itself.

        `y` is taken row by row, whatever its index says. Skill is measured forward in time (undated posts: by groups of equal titles and authors), no post, title or
        test on both sides. The same posts give the same model. Rows that cannot be used are in `rejected_`.

        Raises ColumnError where title or outcome are missing, ChoiceError where `y` has another length.
        """
        named = [self.context] if isinstance(self.context, str) else list(self.context)
        usable, self.rejected_ = read_posts(posts, y, context=named)
        self.posts_ = len(usable)
        self.classes_ = np.array([0, 1])
        self._ridge: Ridge | None = None
        self._curve: Curve = FLAT
        self._pair_curve: Curve = FLAT
        self._usual = 0.0
        if len(usable) < FEWEST_POSTS:
            self.skill_: Skill = too_few(len(usable))
            return self
        if not np.ptp(usable.residual()):
            self.skill_ = nothing_known(len(usable), SAME_OUTCOME)
            return self
        if usable.units.max() < 1:
            self.skill_ = nothing_known(len(usable), ONE_UNIT)
            return self
        forward = forward_test(usable, self.seed)
        self.skill_ = measure_skill(usable, forward, self.seed)
        self._ridge = fit_ridge(usable, (forward.penalty,), leave_out=PARTS, seed=self.seed)
        if forward.said:
            # what is usual drifts: each part is held against its own mean, a new title against the last tested posts'
            middles = [float(part[:, 0].mean()) for part in forward.said]
            last = max(len(forward.said[-1]), LAST_TESTED)
            whole = np.concatenate([part[:, 0] for part in forward.said])
            self._usual = float(whole[-last:].mean()) if usable.days is not None else float(whole.mean())
            said = whole - np.repeat(middles, [len(part) for part in forward.said])
            self._curve = fit_curve(said, _above(np.concatenate(forward.came)))
            _, better, worse = pairs_of(usable, forward, self.seed)
            apart = better[:, 0] - worse[:, 0]
            self._pair_curve = _as_sure_as(
                fit_curve(np.concatenate([apart, -apart]), np.repeat([1.0, 0.0], len(apart)), constant=False),
                len(said),
                2 * len(apart),
            )
        return self

    def decision_function(self, titles: Any) -> np.ndarray:
        """A score for each title: 0 is what the account usually gets, 1 a standard deviation more. Always answers."""
        return self._scores(texts_of(titles))[:, 0]

    def predict(self, titles: Any) -> np.ndarray:
        """Whether each title is more likely than not to beat the account's median."""
        return self.predict_proba(titles)[:, 1] > 0.5

    def predict_proba(self, titles: Any) -> np.ndarray:
        """Titles × 2: the chance not to beat the account's median, and to beat it (one half where nothing is known)."""
        scores = self.decision_function(titles)
        chance = self._curve.chance(scores - self._usual)
        return np.column_stack([1 - chance, chance])

    def chances(self, titles: Any) -> np.ndarray:
        """Titles × 3: the chance to beat the account's median, and its 95% interval (0 to 1 where nothing is known).

        The interval holds what the account's few posts leave open of the score and of the step from score to chance.
        """
        scores = self._scores(texts_of(titles))
        if not self._curve.known:
            return np.tile([0.5, 0.0, 1.0], (len(scores), 1))
        above = scores[:, 0] - self._usual
        low, high = self._curve.interval(above, _variance(scores))
        return np.column_stack([self._curve.chance(above), low, high])

    def compare(self, titles: Any) -> pd.DataFrame:
        """P(the row's title beats the column's), a square frame with the titles on both sides, 0.5 on the diagonal."""
        texts = texts_of(titles)
        scores = self.decision_function(texts)
        chance = self._pair_curve.chance(scores[:, None] - scores[None, :])
        return pd.DataFrame(chance, index=texts, columns=texts)

    def compare_pairs(self, titles: Any) -> pd.DataFrame:
        """Every two titles with the chance that the first beats the second and its 95% interval, likeliest first.

        Columns first, second, chance, low, high and apart (whether the interval leaves one half out).
        """
        texts = texts_of(titles)
        scores = self._scores(texts)
        one, other = np.triu_indices(len(texts), 1)
        apart = scores[one] - scores[other]
        low, high = self._pair_curve.interval(apart[:, 0], _variance(apart))
        if not self._pair_curve.known:
            low, high = np.zeros(len(one)), np.ones(len(one))
        frame = pd.DataFrame(
            {
                "first": pd.Series([texts[place] for place in one], dtype="str"),
                "second": pd.Series([texts[place] for place in other], dtype="str"),
                "chance": self._pair_curve.chance(apart[:, 0]),
                "low": low,
                "high": high,
            }
        )
        frame["apart"] = (frame["low"] > 0.5) | (frame["high"] < 0.5)
        order = (frame["chance"] - 0.5).abs().sort_values(ascending=False, kind="stable").index
        return frame.loc[order].reset_index(drop=True)

    def explain(self, title: str) -> pd.DataFrame:
        """What each word and feature adds to the title's score, most first; the sum is `decision_function([title])`.

        Columns: text, caption, start, end (code points of the title as it was given; missing for what stands nowhere)
        and contribution. One row is the account's own constant.
        """
        (text,) = texts_of([title])
        self._fitted()
        if self._ridge is None:
            return pieces(text, None, self._scores([text])[0, 0])
        ridge = self._ridge
        return pieces(text, ridge.design, ridge.intercepts[0], ridge.coefficients[:, 0])

    def _scores(self, texts: Sequence[str]) -> np.ndarray:
        """Titles × (the score, and the scores with one part of the posts left out)."""
        self._fitted()
        if not len(texts):
            return np.zeros((0, 1 + PARTS))
        if self._ridge is None:
            names, found = feature_matrix(texts)
            wanted = np.array([priors().get(name, 0.0) for name in names])
            return np.repeat((found @ wanted)[:, None], 1 + PARTS, axis=1)
        return self._ridge.design.rows(texts) @ self._ridge.coefficients + self._ridge.intercepts

    def _fitted(self) -> None:
        if not hasattr(self, "skill_"):
            raise ChoiceError("这个模型还没有学过。请先用 .fit(发布记录) 学习，再来打分。")


def _above(came: np.ndarray) -> np.ndarray:
    """Whether each beat the middle; of outcomes with few values, whether it beat the mean."""
    above = came > 0
    if not 0.25 <= above.mean() <= 0.75:
        above = came > came.mean()
    return above.astype(np.float64)


def _variance(scores: np.ndarray) -> np.ndarray:
    """Of the scores, from the fits with a part left out (grouped jackknife, Shao and Tu 1995)."""
    left_out = scores[:, 1:]
    around = left_out - left_out.mean(axis=1, keepdims=True)
    return (PARTS - 1) / PARTS * (around**2).sum(axis=1)


def _as_sure_as(curve: Curve, posts: int, pairs: int) -> Curve:
    """Pairs are many more than posts and tell no more than these: the covariance of as many as there are posts."""
    if not curve.known:
        return curve
    return Curve(0.0, curve.slope, np.diag([0.0, curve.covariance[1, 1] * pairs / max(posts, 1)]))

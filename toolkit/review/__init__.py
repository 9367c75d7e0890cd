"""Review: what came of posts, what is known from it and what is not; tests of versions, planned and judged.

Outcomes are those an editor of groups can get, the surest first (`schema.OUTCOMES`); every table names its own.
"""

from toolkit.review._answers import Answers, gather_answers
from toolkit.review._effects import effects_of
from toolkit.review._funnel import campaign_funnel
from toolkit.review._history import join_results
from toolkit.review._judge_test import JudgedTest, judge_test
from toolkit.review._learn import Learned, learn_headlines, training_posts
from toolkit.review._plan_test import PlannedTest, plan_test, seen_lift
from toolkit.review._posts_tests import judge_posts
from toolkit.review._problems import push_problems
from toolkit.review._record import advice_record
from toolkit.review._replies import replies_by_keyword
from toolkit.review._results import read_results
from toolkit.review._returns import campaign_returns
from toolkit.review._review_posts import review_posts
from toolkit.review._times import posting_times
from toolkit.review._visits import visit_changes
from toolkit.review._weights import adopt_weights

__all__ = [
    "Answers",
    "JudgedTest",
    "Learned",
    "PlannedTest",
    "adopt_weights",
    "advice_record",
    "campaign_funnel",
    "campaign_returns",
    "effects_of",
    "gather_answers",
    "join_results",
    "judge_posts",
    "judge_test",
    "learn_headlines",
    "plan_test",
    "posting_times",
    "push_problems",
    "read_results",
    "replies_by_keyword",
    "review_posts",
    "seen_lift",
    "training_posts",
    "visit_changes",
]

"""Review: tests of two or more versions, planned before and judged after."""

from toolkit.review._funnel import campaign_funnel
from toolkit.review._judge_test import JudgedTest, judge_test
from toolkit.review._plan_test import PlannedTest, plan_test, seen_lift
from toolkit.review._problems import push_problems

__all__ = [
    "JudgedTest",
    "PlannedTest",
    "campaign_funnel",
    "judge_test",
    "plan_test",
    "push_problems",
    "seen_lift",
]

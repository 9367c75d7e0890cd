"""Review: tests of two or more versions, planned before and judged after."""

from toolkit.review._judge_test import JudgedTest, judge_test
from toolkit.review._plan_test import PlannedTest, plan_test, seen_lift

__all__ = ["JudgedTest", "PlannedTest", "judge_test", "plan_test", "seen_lift"]

"""Items and groups to a content calendar: the planner, its independent judge, and the door in for both tables."""

from toolkit.schedule._check import check_calendar
from toolkit.schedule._plan import plan_posts
from toolkit.schedule._read import read_groups, read_items
from toolkit.schedule._template import write_template

__all__ = ["check_calendar", "plan_posts", "read_groups", "read_items", "write_template"]

"""Items and groups to a content calendar: the planner, its independent judge, and the door in for the tables."""

from toolkit.schedule._check import check_calendar
from toolkit.schedule._close import close_choices
from toolkit.schedule._compare import compare_plans
from toolkit.schedule._days import days_note, read_days, use_days
from toolkit.schedule._edit import close_day, delay_item, move_post
from toolkit.schedule._edit_places import place_post, regroup_post, take_out_post
from toolkit.schedule._evergreen import expand_evergreen
from toolkit.schedule._explain import explain_post
from toolkit.schedule._kits import list_kits, use_kit
from toolkit.schedule._merge import Merged, merge_calendars
from toolkit.schedule._plan import plan_posts
from toolkit.schedule._read import read_groups, read_items, read_recurring
from toolkit.schedule._recurring import expand_recurring
from toolkit.schedule._template import write_template
from toolkit.schedule._what_if import what_if

__all__ = [
    "Merged",
    "check_calendar",
    "close_choices",
    "close_day",
    "compare_plans",
    "days_note",
    "delay_item",
    "expand_evergreen",
    "expand_recurring",
    "explain_post",
    "list_kits",
    "merge_calendars",
    "move_post",
    "place_post",
    "plan_posts",
    "read_days",
    "read_groups",
    "read_items",
    "read_recurring",
    "regroup_post",
    "take_out_post",
    "use_days",
    "use_kit",
    "what_if",
    "write_template",
]

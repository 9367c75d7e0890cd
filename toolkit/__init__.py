"""文案台: the verbs of a content-and-copy desk for Chinese community-group marketing.

`import toolkit as tk` is cheap: a verb's room is loaded when it is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.campaigns import budget_changes as budget_changes
    from toolkit.campaigns import budget_classes as budget_classes
    from toolkit.campaigns import budget_quarters as budget_quarters
    from toolkit.campaigns import budget_return as budget_return
    from toolkit.campaigns import check_plan as check_plan
    from toolkit.campaigns import check_playbook as check_playbook
    from toolkit.campaigns import copy_playbook as copy_playbook
    from toolkit.campaigns import draft_proposal as draft_proposal
    from toolkit.campaigns import expand_playbook as expand_playbook
    from toolkit.campaigns import explain_playbook as explain_playbook
    from toolkit.campaigns import gift_costs as gift_costs
    from toolkit.campaigns import group_health as group_health
    from toolkit.campaigns import group_matrix as group_matrix
    from toolkit.campaigns import list_playbooks as list_playbooks
    from toolkit.campaigns import member_layers as member_layers
    from toolkit.campaigns import message_days as message_days
    from toolkit.campaigns import playbook_budget as playbook_budget
    from toolkit.campaigns import playbook_choices as playbook_choices
    from toolkit.campaigns import playbook_rules as playbook_rules
    from toolkit.campaigns import rate_kols as rate_kols
    from toolkit.campaigns import read_costs as read_costs
    from toolkit.campaigns import read_gifts as read_gifts
    from toolkit.campaigns import read_group_days as read_group_days
    from toolkit.campaigns import read_incidents as read_incidents
    from toolkit.campaigns import read_kols as read_kols
    from toolkit.campaigns import read_messages as read_messages
    from toolkit.campaigns import read_plan as read_plan
    from toolkit.campaigns import read_tests as read_tests
    from toolkit.campaigns import suggest_playbooks as suggest_playbooks
    from toolkit.campaigns import write_plan_template as write_plan_template
    from toolkit.charts import budget_bars as budget_bars
    from toolkit.charts import calendar_load as calendar_load
    from toolkit.charts import contrast_scatter as contrast_scatter
    from toolkit.charts import copy_bars as copy_bars
    from toolkit.charts import driver_bars as driver_bars
    from toolkit.charts import effect_bars as effect_bars
    from toolkit.charts import funnel_steps as funnel_steps
    from toolkit.charts import gantt as gantt
    from toolkit.charts import in_words as in_words
    from toolkit.charts import owner_minutes as owner_minutes
    from toolkit.charts import plan_against_result as plan_against_result
    from toolkit.charts import plan_heat as plan_heat
    from toolkit.charts import plan_mix as plan_mix
    from toolkit.charts import score_parts as score_parts
    from toolkit.charts import term_calendar as term_calendar
    from toolkit.charts import term_lines as term_lines
    from toolkit.charts import time_heat as time_heat
    from toolkit.charts import trend_bars as trend_bars
    from toolkit.charts import use_theme as use_theme
    from toolkit.charts import why_here as why_here
    from toolkit.charts import write_chart as write_chart
    from toolkit.compliance import cases_of as cases_of
    from toolkit.compliance import check_cases as check_cases
    from toolkit.compliance import check_copy as check_copy
    from toolkit.compliance import check_rules as check_rules
    from toolkit.compliance import judge_copy as judge_copy
    from toolkit.compliance import read_rules as read_rules
    from toolkit.compliance import rule_record as rule_record
    from toolkit.documents import fetch_documents as fetch_documents
    from toolkit.documents import list_copies as list_copies
    from toolkit.documents import mark_duplicates as mark_duplicates
    from toolkit.documents import monday_after as monday_after
    from toolkit.documents import read_documents as read_documents
    from toolkit.documents import read_text as read_text
    from toolkit.export import read_calendar as read_calendar
    from toolkit.export import write_csv as write_csv
    from toolkit.export import write_ics as write_ics
    from toolkit.export import write_monday as write_monday
    from toolkit.export import write_plan as write_plan
    from toolkit.export import write_report as write_report
    from toolkit.export import write_review as write_review
    from toolkit.export import write_sop as write_sop
    from toolkit.export import write_xlsx as write_xlsx
    from toolkit.headlines import HeadlineModel as HeadlineModel
    from toolkit.headlines import advise_copy as advise_copy
    from toolkit.headlines import advise_headline as advise_headline
    from toolkit.headlines import copy_template as copy_template
    from toolkit.headlines import copy_templates as copy_templates
    from toolkit.headlines import explain_copy_parts as explain_copy_parts
    from toolkit.headlines import fill_template as fill_template
    from toolkit.headlines import headline_features as headline_features
    from toolkit.headlines import landing_page as landing_page
    from toolkit.headlines import preview_headline as preview_headline
    from toolkit.headlines import rewrite_headline as rewrite_headline
    from toolkit.headlines import score_copy as score_copy
    from toolkit.headlines import score_headlines as score_headlines
    from toolkit.headlines import suggest_for_topics as suggest_for_topics
    from toolkit.headlines import suggest_headlines as suggest_headlines
    from toolkit.headlines import vary_copy as vary_copy
    from toolkit.review import adopt_weights as adopt_weights
    from toolkit.review import advice_record as advice_record
    from toolkit.review import campaign_funnel as campaign_funnel
    from toolkit.review import campaign_returns as campaign_returns
    from toolkit.review import effects_of as effects_of
    from toolkit.review import gather_answers as gather_answers
    from toolkit.review import join_results as join_results
    from toolkit.review import judge_posts as judge_posts
    from toolkit.review import judge_test as judge_test
    from toolkit.review import learn_headlines as learn_headlines
    from toolkit.review import plan_test as plan_test
    from toolkit.review import posting_times as posting_times
    from toolkit.review import push_problems as push_problems
    from toolkit.review import read_results as read_results
    from toolkit.review import replies_by_keyword as replies_by_keyword
    from toolkit.review import review_posts as review_posts
    from toolkit.review import seen_lift as seen_lift
    from toolkit.review import training_posts as training_posts
    from toolkit.review import visit_changes as visit_changes
    from toolkit.schedule import Merged as Merged
    from toolkit.schedule import check_calendar as check_calendar
    from toolkit.schedule import close_choices as close_choices
    from toolkit.schedule import close_day as close_day
    from toolkit.schedule import compare_plans as compare_plans
    from toolkit.schedule import days_note as days_note
    from toolkit.schedule import delay_item as delay_item
    from toolkit.schedule import expand_evergreen as expand_evergreen
    from toolkit.schedule import expand_recurring as expand_recurring
    from toolkit.schedule import explain_post as explain_post
    from toolkit.schedule import list_kits as list_kits
    from toolkit.schedule import merge_calendars as merge_calendars
    from toolkit.schedule import move_post as move_post
    from toolkit.schedule import place_post as place_post
    from toolkit.schedule import plan_posts as plan_posts
    from toolkit.schedule import read_days as read_days
    from toolkit.schedule import read_groups as read_groups
    from toolkit.schedule import read_items as read_items
    from toolkit.schedule import read_recurring as read_recurring
    from toolkit.schedule import regroup_post as regroup_post
    from toolkit.schedule import take_out_post as take_out_post
    from toolkit.schedule import use_days as use_days
    from toolkit.schedule import use_kit as use_kit
    from toolkit.schedule import what_if as what_if
    from toolkit.schedule import write_template as write_template
    from toolkit.schema import Plan as Plan
    from toolkit.schema import Proposal as Proposal
    from toolkit.schema import Quota as Quota
    from toolkit.schema import Read as Read
    from toolkit.schema import Review as Review
    from toolkit.schema import Rules as Rules
    from toolkit.schema import Soft as Soft
    from toolkit.schema import ToolkitError as ToolkitError
    from toolkit.store import Workspace as Workspace
    from toolkit.text import segment as segment
    from toolkit.topics import find_topics as find_topics
    from toolkit.topics import items_from_topics as items_from_topics
    from toolkit.topics import rank_topics as rank_topics
    from toolkit.topics import season_topics as season_topics
    from toolkit.topics import topic_angles as topic_angles
    from toolkit.topics import topic_fits as topic_fits
    from toolkit.topics import topic_front as topic_front
    from toolkit.topics import topic_order as topic_order
    from toolkit.topics import topic_parts as topic_parts
    from toolkit.trends import Counts as Counts
    from toolkit.trends import TrendReason as TrendReason
    from toolkit.trends import concordance as concordance
    from toolkit.trends import contrast as contrast
    from toolkit.trends import count_terms as count_terms
    from toolkit.trends import discover_words as discover_words
    from toolkit.trends import explain_trend as explain_trend
    from toolkit.trends import extract_keywords as extract_keywords
    from toolkit.trends import judge_trends as judge_trends
    from toolkit.trends import mine_trends as mine_trends
    from toolkit.trends import rival_activity as rival_activity
    from toolkit.trends import term_history as term_history
    from toolkit.week import LastWeek as LastWeek
    from toolkit.week import LookBack as LookBack
    from toolkit.week import kept_counts as kept_counts
    from toolkit.week import last_week as last_week
    from toolkit.week import look_back as look_back
    from toolkit.week import mark_sent as mark_sent
    from toolkit.week import open_desk as open_desk
    from toolkit.week import read_sent as read_sent
    from toolkit.week import read_week as read_week
    from toolkit.week import save_taken as save_taken
    from toolkit.week import take_in as take_in
    from toolkit.week import week_counts as week_counts
    from toolkit.week import week_sources as week_sources
    from toolkit.week import write_week as write_week
else:
    _ROOMS = {
        "campaigns": (
            "budget_changes",
            "budget_classes",
            "budget_quarters",
            "budget_return",
            "check_plan",
            "check_playbook",
            "copy_playbook",
            "draft_proposal",
            "expand_playbook",
            "explain_playbook",
            "gift_costs",
            "group_health",
            "group_matrix",
            "list_playbooks",
            "member_layers",
            "message_days",
            "playbook_budget",
            "playbook_choices",
            "playbook_rules",
            "rate_kols",
            "read_costs",
            "read_gifts",
            "read_group_days",
            "read_incidents",
            "read_kols",
            "read_messages",
            "read_plan",
            "read_tests",
            "suggest_playbooks",
            "write_plan_template",
        ),
        "charts": (
            "budget_bars",
            "calendar_load",
            "contrast_scatter",
            "copy_bars",
            "driver_bars",
            "effect_bars",
            "funnel_steps",
            "gantt",
            "in_words",
            "owner_minutes",
            "plan_against_result",
            "plan_heat",
            "plan_mix",
            "score_parts",
            "term_calendar",
            "term_lines",
            "time_heat",
            "trend_bars",
            "use_theme",
            "why_here",
            "write_chart",
        ),
        "compliance": (
            "cases_of",
            "check_cases",
            "check_copy",
            "check_rules",
            "judge_copy",
            "read_rules",
            "rule_record",
        ),
        "documents": (
            "fetch_documents",
            "list_copies",
            "mark_duplicates",
            "monday_after",
            "read_documents",
            "read_text",
        ),
        "export": (
            "read_calendar",
            "write_csv",
            "write_ics",
            "write_monday",
            "write_plan",
            "write_report",
            "write_review",
            "write_sop",
            "write_xlsx",
        ),
        "headlines": (
            "HeadlineModel",
            "advise_copy",
            "advise_headline",
            "copy_template",
            "copy_templates",
            "explain_copy_parts",
            "fill_template",
            "headline_features",
            "landing_page",
            "preview_headline",
            "rewrite_headline",
            "score_copy",
            "score_headlines",
            "suggest_for_topics",
            "suggest_headlines",
            "vary_copy",
        ),
        "review": (
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
        ),
        "schedule": (
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
        ),
        "schema": (
            "Plan",
            "Proposal",
            "Quota",
            "Read",
            "Review",
            "Rules",
            "Soft",
            "ToolkitError",
        ),
        "store": ("Workspace",),
        "text": ("segment",),
        "topics": (
            "find_topics",
            "items_from_topics",
            "rank_topics",
            "season_topics",
            "topic_angles",
            "topic_fits",
            "topic_front",
            "topic_order",
            "topic_parts",
        ),
        "week": (
            "LastWeek",
            "LookBack",
            "kept_counts",
            "last_week",
            "look_back",
            "mark_sent",
            "open_desk",
            "read_sent",
            "read_week",
            "save_taken",
            "take_in",
            "week_counts",
            "week_sources",
            "write_week",
        ),
        "trends": (
            "Counts",
            "TrendReason",
            "concordance",
            "contrast",
            "count_terms",
            "discover_words",
            "explain_trend",
            "extract_keywords",
            "judge_trends",
            "mine_trends",
            "rival_activity",
            "term_history",
        ),
    }
    _HOMES = {name: room for room, names in _ROOMS.items() for name in names}
    _ROOM_NAMES = (*_ROOMS, "lexicons", "tables", "widgets")
    __all__ = [name for names in _ROOMS.values() for name in names]

    def __getattr__(name: str) -> Any:
        """Load a verb's room at first use."""
        import importlib

        if name in _ROOM_NAMES:
            return importlib.import_module(f"toolkit.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"toolkit.{_HOMES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOMES})


__version__ = "0.1.0"

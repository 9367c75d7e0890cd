"""Playbooks, proposals and groups: what practitioners do, made into items, tables and figures."""

from toolkit.campaigns._budget import (
    BudgetQuarters,
    BudgetReturn,
    budget_changes,
    budget_classes,
    budget_quarters,
    budget_return,
)
from toolkit.campaigns._days_read import read_group_days
from toolkit.campaigns._draft import draft_proposal
from toolkit.campaigns._expand import expand_playbook, playbook_rules
from toolkit.campaigns._gifts import GiftCosts, gift_costs
from toolkit.campaigns._groups import group_matrix
from toolkit.campaigns._health import group_health
from toolkit.campaigns._kols import rate_kols
from toolkit.campaigns._list import (
    check_playbook,
    copy_playbook,
    explain_playbook,
    list_playbooks,
    playbook_budget,
    playbook_choices,
    suggest_playbooks,
)
from toolkit.campaigns._members import member_layers
from toolkit.campaigns._messages import message_days, read_messages
from toolkit.campaigns._plan_check import check_plan
from toolkit.campaigns._plan_read import PlanRead, read_plan
from toolkit.campaigns._plan_template import write_plan_template
from toolkit.campaigns._small_tables import (
    read_costs,
    read_gifts,
    read_incidents,
    read_kols,
    read_tests,
)

__all__ = [
    "BudgetQuarters",
    "BudgetReturn",
    "GiftCosts",
    "PlanRead",
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
]

"""Playbooks, proposals and groups: what practitioners do, made into items, tables and figures."""

from toolkit.campaigns._draft import draft_proposal
from toolkit.campaigns._expand import expand_playbook, playbook_rules
from toolkit.campaigns._list import (
    check_playbook,
    copy_playbook,
    explain_playbook,
    list_playbooks,
    playbook_budget,
    suggest_playbooks,
)

__all__ = [
    "check_playbook",
    "copy_playbook",
    "draft_proposal",
    "expand_playbook",
    "explain_playbook",
    "list_playbooks",
    "playbook_budget",
    "playbook_rules",
    "suggest_playbooks",
]

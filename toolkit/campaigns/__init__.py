"""Playbooks, proposals and groups: what practitioners do, made into items, tables and figures."""

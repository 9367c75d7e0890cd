"""What may not be said: rules by clause, each finding with its place in the text the editor typed.

The rules are data (`corpora/lexicons/ad-rules.csv`), and so are the contexts that excuse or make a match (`ad-contexts.csv`).
"""

from toolkit.compliance._bounded import fault_of
from toolkit.compliance._check import check_copy, find, gate
from toolkit.compliance._lessons import VERDICT_WORDS, Lessons, lessons_of
from toolkit.compliance._own_rules import check_rules, own_rules, read_rules
from toolkit.compliance._rules import PURPOSES
from toolkit.compliance._values import Finding
from toolkit.compliance._verdicts import cases_of, check_cases, judge_copy, rule_record

__all__ = [
    "PURPOSES",
    "VERDICT_WORDS",
    "Finding",
    "Lessons",
    "cases_of",
    "check_cases",
    "check_copy",
    "check_rules",
    "fault_of",
    "find",
    "gate",
    "judge_copy",
    "lessons_of",
    "own_rules",
    "read_rules",
    "rule_record",
]

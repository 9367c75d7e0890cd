"""What may not be said: rules by clause, each finding with its place in the text the editor typed.

The rules are data (`corpora/lexicons/ad-rules.csv`), and so are the contexts that excuse or make a match (`ad-contexts.csv`).
"""

from toolkit.compliance._check import check_copy, gate
from toolkit.compliance._find import Finding, find
from toolkit.compliance._rules import PURPOSES

__all__ = ["PURPOSES", "Finding", "check_copy", "find", "gate"]

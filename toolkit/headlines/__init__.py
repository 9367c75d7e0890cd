"""Headlines: a gate, a craft score an editor can argue with, and suggestions from patterns.

The craft score is a rubric, not a forecast (写法检查，不是预测). Every part, kind, cue, audience and pattern is a row
in `corpora/lexicons/headline-*.csv`; the modules hold only how they are put together.
"""

from toolkit.headlines._craft import explain_parts, score_headlines
from toolkit.headlines._suggest import suggest_for_topics, suggest_headlines

__all__ = ["explain_parts", "score_headlines", "suggest_for_topics", "suggest_headlines"]

"""Headlines and group messages: a gate, a craft score an editor can argue with, a chance where it proved itself.

The craft scores are rubrics, not forecasts (写法检查，不是预测): every part, kind, cue, audience, pattern and template is
a row in `corpora/lexicons`. The chance is learned on the account's own posts and shown only where it proved itself.
"""

from toolkit.headlines._advice import advise_headline
from toolkit.headlines._copy import advise_copy, explain_copy_parts, score_copy
from toolkit.headlines._craft import explain_parts, score_headlines
from toolkit.headlines._features import feature_matrix, headline_features
from toolkit.headlines._landing import copy_template, copy_templates, fill_template, landing_page
from toolkit.headlines._model import HeadlineModel
from toolkit.headlines._preview import Preview, preview_headline
from toolkit.headlines._rewrite import rewrite_headline
from toolkit.headlines._suggest import suggest_for_topics, suggest_headlines
from toolkit.headlines._trust import Skill
from toolkit.headlines._variants import vary_copy

__all__ = [
    "HeadlineModel",
    "Preview",
    "Skill",
    "advise_copy",
    "advise_headline",
    "copy_template",
    "copy_templates",
    "explain_copy_parts",
    "explain_parts",
    "feature_matrix",
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
]

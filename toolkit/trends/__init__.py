"""Keywords of documents, the terms whose use in a window is surprising against the weeks before, and why."""

from toolkit.trends._calls import judge_trends as judge_trends
from toolkit.trends._contrast import contrast as contrast
from toolkit.trends._counts import Counts as Counts
from toolkit.trends._counts import count_terms as count_terms
from toolkit.trends._discover import discover_words as discover_words
from toolkit.trends._explain import TrendReason as TrendReason
from toolkit.trends._explain import explain_trend as explain_trend
from toolkit.trends._history import term_history as term_history
from toolkit.trends._keywords import extract_keywords as extract_keywords
from toolkit.trends._mine import mine_trends as mine_trends
from toolkit.trends._passages import concordance as concordance
from toolkit.trends._rivals import rival_activity as rival_activity
from toolkit.trends._windows import window_end as window_end

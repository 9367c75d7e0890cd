"""Charts in one hand: the theme, Chinese number and time formats, and the one escaping helper of the house.

Charts take frames and give Altair charts titled with the answer where it can be computed. Competitors' text
is untrusted: in charts it is data only; in pages it goes through `escape` or `safe_link` and nowhere else.
"""

from toolkit.charts._contrast import contrast_scatter as contrast_scatter
from toolkit.charts._drivers import driver_bars as driver_bars
from toolkit.charts._format import WEEKDAYS as WEEKDAYS
from toolkit.charts._format import day_marks as day_marks
from toolkit.charts._format import escape as escape
from toolkit.charts._format import format_count as format_count
from toolkit.charts._format import format_day as format_day
from toolkit.charts._format import format_share as format_share
from toolkit.charts._format import format_time as format_time
from toolkit.charts._format import format_unit as format_unit
from toolkit.charts._format import plain as plain
from toolkit.charts._format import safe_link as safe_link
from toolkit.charts._format import share_decimals as share_decimals
from toolkit.charts._format import yuan_decimals as yuan_decimals
from toolkit.charts._gantt import Span as Span
from toolkit.charts._gantt import Spans as Spans
from toolkit.charts._gantt import gantt as gantt
from toolkit.charts._gantt import spans_of as spans_of
from toolkit.charts._heat import term_calendar as term_calendar
from toolkit.charts._lines import term_lines as term_lines
from toolkit.charts._minutes import owner_minutes as owner_minutes
from toolkit.charts._mix import plan_mix as plan_mix
from toolkit.charts._money import budget_bars as budget_bars
from toolkit.charts._places import why_here as why_here
from toolkit.charts._plans import calendar_load as calendar_load
from toolkit.charts._plans import plan_heat as plan_heat
from toolkit.charts._review import effect_bars as effect_bars
from toolkit.charts._review import funnel_steps as funnel_steps
from toolkit.charts._review import plan_against_result as plan_against_result
from toolkit.charts._review import time_heat as time_heat
from toolkit.charts._scores import score_parts as score_parts
from toolkit.charts._sources import copy_bars as copy_bars
from toolkit.charts._theme import ACCENT as ACCENT
from toolkit.charts._theme import FONTS as FONTS
from toolkit.charts._theme import INK as INK
from toolkit.charts._theme import LINE as LINE
from toolkit.charts._theme import MUTED as MUTED
from toolkit.charts._theme import OKABE_ITO as OKABE_ITO
from toolkit.charts._theme import PAPER as PAPER
from toolkit.charts._theme import STATUS_COLOURS as STATUS_COLOURS
from toolkit.charts._theme import STATUS_MARKS as STATUS_MARKS
from toolkit.charts._theme import to_png as to_png
from toolkit.charts._theme import to_svg as to_svg
from toolkit.charts._theme import use_theme as use_theme
from toolkit.charts._theme import write_chart as write_chart
from toolkit.charts._trends import trend_bars as trend_bars
from toolkit.charts._words import EXTRA_CAPTIONS as EXTRA_CAPTIONS
from toolkit.charts._words import TOPIC_PARTS as TOPIC_PARTS
from toolkit.charts._words import in_words as in_words
from toolkit.charts._words import known_captions as known_captions
from toolkit.charts._words import known_units as known_units
from toolkit.charts._words import part_caption as part_caption
from toolkit.charts._words import part_columns as part_columns
from toolkit.charts._words import part_limit as part_limit
from toolkit.charts._words import words_of as words_of

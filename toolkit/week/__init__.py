"""A week's chain: what it is made from, reading it, laying its files into one folder, and looking back at the last one.

The command line and the notebooks both go through here, so that they give the same report.
"""

from toolkit.week._counts import COUNTS_NAME as COUNTS_NAME
from toolkit.week._counts import WORDS_NAME as WORDS_NAME
from toolkit.week._counts import kept_counts as kept_counts
from toolkit.week._counts import week_counts as week_counts
from toolkit.week._desk import WeekDesk as WeekDesk
from toolkit.week._desk import open_desk as open_desk
from toolkit.week._inbox import take_in as take_in
from toolkit.week._inbox_save import save_taken as save_taken
from toolkit.week._inbox_taken import Taken as Taken
from toolkit.week._look_back import LookBack as LookBack
from toolkit.week._look_back import look_back as look_back
from toolkit.week._memory import LastWeek as LastWeek
from toolkit.week._memory import last_week as last_week
from toolkit.week._read import read_week as read_week
from toolkit.week._read import told_notes as told_notes
from toolkit.week._sent import mark_sent as mark_sent
from toolkit.week._sent import read_sent as read_sent
from toolkit.week._sources import DATABASE as DATABASE
from toolkit.week._sources import HOME_NAME as HOME_NAME
from toolkit.week._sources import OUTCOMES_FOLDER as OUTCOMES_FOLDER
from toolkit.week._sources import OWN_FOLDER as OWN_FOLDER
from toolkit.week._sources import RIVALS_FOLDER as RIVALS_FOLDER
from toolkit.week._sources import Sources as Sources
from toolkit.week._sources import make_folder as make_folder
from toolkit.week._sources import usable_folder as usable_folder
from toolkit.week._sources import week_sources as week_sources
from toolkit.week._write import write_week as write_week

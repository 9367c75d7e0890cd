"""Views only: values in, a verb called, the frame shown. Nothing here scores, mines or plans."""

from toolkit.widgets._desk_topics import TopicBoard
from toolkit.widgets.calendar_board import CalendarBoard
from toolkit.widgets.desk import Desk
from toolkit.widgets.headline_desk import HeadlineDesk
from toolkit.widgets.inbox import InBox
from toolkit.widgets.message_desk import MessageDesk
from toolkit.widgets.playbook_desk import PlaybookDesk
from toolkit.widgets.trend_board import TrendBoard

__all__ = [
    "CalendarBoard",
    "Desk",
    "HeadlineDesk",
    "InBox",
    "MessageDesk",
    "PlaybookDesk",
    "TopicBoard",
    "TrendBoard",
]

"""The door out and back: ICS, XLSX and CSV files, the sheets people send from, and the weekly report as one HTML page.

Same input, same bytes: no clock is read. Every writer returns the path it wrote.
"""

from toolkit.export._csv import write_csv
from toolkit.export._ics import write_ics
from toolkit.export._monday import write_monday
from toolkit.export._proposal import write_plan
from toolkit.export._read import read_calendar
from toolkit.export._report import write_report
from toolkit.export._review import write_review
from toolkit.export._sop import write_sop
from toolkit.export._xlsx import write_xlsx

__all__ = [
    "read_calendar",
    "write_csv",
    "write_ics",
    "write_monday",
    "write_plan",
    "write_report",
    "write_review",
    "write_sop",
    "write_xlsx",
]

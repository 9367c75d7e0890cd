"""The door out: ICS, XLSX and CSV files and the weekly report as one HTML page.

Same input, same bytes: no clock is read. Every writer returns the path it wrote.
"""

from toolkit.export._csv import write_csv
from toolkit.export._ics import write_ics
from toolkit.export._report import write_report
from toolkit.export._xlsx import write_xlsx

__all__ = ["write_csv", "write_ics", "write_report", "write_xlsx"]

"""Views only: values in, a verb called, the frame shown. Nothing here scores, mines or plans."""

from toolkit.widgets.headline_desk import HeadlineDesk
from toolkit.widgets.playbook_desk import PlaybookDesk

__all__ = ["HeadlineDesk", "PlaybookDesk"]

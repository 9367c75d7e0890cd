"""The door in: files, pages, feeds and pasted text of competitors' content to one DOCUMENTS frame, copies marked."""

from toolkit.documents._chat import Chat as Chat
from toolkit.documents._chat import Said as Said
from toolkit.documents._chat import hider as hider
from toolkit.documents._chat import read_chat as read_chat
from toolkit.documents._copies import list_copies as list_copies
from toolkit.documents._copies import mark_duplicates as mark_duplicates
from toolkit.documents._fetch import fetch_documents as fetch_documents
from toolkit.documents._files import read_documents as read_documents
from toolkit.documents._gather import document_ids as document_ids
from toolkit.documents._gather import monday_after as monday_after
from toolkit.documents._paste import read_text as read_text

"""The one reader of rows: CSV, TSV, workbooks and JSON (plain or .gz) in whatever encoding, to typed columns.

Nothing is dropped in silence: a record that cannot be used comes back in `rejected`, a value that cannot be read
becomes a missing value with a line in `notes`.
"""

from toolkit.tables._bytes import decode as decode
from toolkit.tables._bytes import read_bytes as read_bytes
from toolkit.tables._bytes import suffix_of as suffix_of
from toolkit.tables._cells import parse_count as parse_count
from toolkit.tables._cells import parse_flag as parse_flag
from toolkit.tables._cells import parse_number as parse_number
from toolkit.tables._cells import quote_cell as quote_cell
from toolkit.tables._cells import unquote_cell as unquote_cell
from toolkit.tables._frame import convert as convert
from toolkit.tables._frame import map_columns as map_columns
from toolkit.tables._frame import spare_columns as spare_columns
from toolkit.tables._frame import table_to_frame as table_to_frame
from toolkit.tables._gather import Gathered as Gathered
from toolkit.tables._open import TABLE_SUFFIXES as TABLE_SUFFIXES
from toolkit.tables._open import open_tables as open_tables
from toolkit.tables._open import table_of_lines as table_of_lines
from toolkit.tables._rows import COLUMN_COLUMNS as COLUMN_COLUMNS
from toolkit.tables._rows import FILE_COLUMNS as FILE_COLUMNS
from toolkit.tables._rows import NOTE_COLUMNS as NOTE_COLUMNS
from toolkit.tables._rows import REJECTED_COLUMNS as REJECTED_COLUMNS
from toolkit.tables._rows import Table as Table
from toolkit.tables._rows import column_rows as column_rows
from toolkit.tables._rows import file_row as file_row
from toolkit.tables._times import parse_time as parse_time

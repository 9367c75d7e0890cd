"""A file's bytes and their text: .gz unpacked, the encoding found, what is no text refused, lines read as a stream."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from toolkit.schema import InputError

# beyond this a .gz is taken for a bomb: the largest export we have seen is 0.3 GB
MAX_BYTES = 1_500_000_000
# of characters; the longest article we have seen has 0.2 million
MAX_LINE = 16_000_000
BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
_SIGNATURES = {
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"GIF8": "GIF 图片",
    b"%PDF": "PDF 文件",
    b"PK\x03\x04": "压缩包或 Excel 工作簿",
    b"\xd0\xcf\x11\xe0": "旧版 Office 文件（xls、doc）",
    b"RIFF": "影音或图片文件",
    GZIP: "gz 压缩文件",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what a text is told by at its beginning: some ten thousand characters say enough
_START = 65_536
# a stray NUL in a cell is dirt, more are a program, a picture or UTF-16 without its mark
_MOST_NULS = 8
# bytes that no GB18030 or Big5 text holds; in UTF-16 one Han character in nine has one
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
# letters, digits, Han and the punctuation between them: all but all of a Chinese text, a third of random UTF-16
_USUAL = re.compile(r"[\t\r\n -~\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_LEAST_USUAL = 0.9
# read around the first fault: before it, and in all; a fault says nothing of text far from it
_BEFORE_FAULT = 3_000
_AROUND_FAULT = 100_000
# of characters that are not ASCII: GBK taken for UTF-8 spoils four in five, so up to one in five is damage
_MOST_SPOILT = 0.2
Blocks = Callable[[], Iterable[bytes]]


class _Watched(io.RawIOBase):
    """A raw stream that tells how many bytes have gone through it; a lenient one ends where a gz file is damaged."""

    def __init__(
        self, take: Callable[[Any], int], tell: Callable[[int], None], *, lenient: bool = False
    ) -> None:
        self._take, self._tell, self._count, self._lenient = take, tell, 0, lenient
        self.cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            got = 0 if self.cut else self._take(buffer)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            if not self._lenient:
                raise
            self.cut, got = True, 0
        self._count += got
        self._tell(self._count)
        return got


@contextlib.contextmanager
def open_bytes(
    path: Path, *, watch: Callable[[int], None] | None = None, lenient: bool = False
) -> Iterator[io.BufferedReader]:
    """The file's bytes as a stream, gz unpacked whatever the name says; `watch` gets the file's own bytes read so far.

    Raises InputError when the file cannot be opened, unpacks to over 1.5 GB, or is damaged (not where `lenient`).
    """

    def capped(count: int) -> None:
        if count > MAX_BYTES:
            raise InputError(f"{path.name}：解压后超过 1.5 GB，没有读。请拆成几个文件。")

    try:
        with path.open("rb", buffering=0) as file:
            raw: Any = io.BufferedReader(_Watched(file.readinto, watch or (lambda _: None)), BLOCK)
            if raw.peek(2)[:2] == GZIP:
                # readinto would lose what it has unpacked before the damage
                unpack = gzip.GzipFile(fileobj=raw).readinto1
                raw = io.BufferedReader(_Watched(unpack, capped, lenient=lenient), BLOCK)
            yield raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged(path.name) from error
    except OSError as error:
        raise InputError(
            f"{path.name}：打不开，可能正被别的程序占用。请关闭它（如 Excel）后再试。"
        ) from error


def damaged(name: str) -> InputError:
    """The error for a gz file that cannot be unpacked."""
    return InputError(f"{name}：这个 gz 文件已损坏或不完整。请重新导出或下载。")


def read_bytes(path: Path) -> bytes:
    """The file's bytes, gz unpacked. Raises InputError when it is damaged or unpacks to over 1.5 GB."""
    with open_bytes(path) as stream:
        return stream.read()


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of bytes and the encoding it was read in. Raises InputError for what is no text.

    >>> decode("标题,正文".encode("gb18030"), "a.csv")
    ('标题,正文', 'gb18030')
    """
    encoding = find_encoding(lambda: (data[at : at + BLOCK] for at in range(0, len(data), BLOCK)), name)
    return data.decode(encoding, errors="replace"), encoding


def find_encoding(blocks: Blocks, name: str) -> str:
    """The encoding of a text that comes in blocks, each call of `blocks` from its beginning.

    A byte order mark decides; else UTF-8 where all of the text keeps to it, or nearly all (a file cut off in
    mid-character); else UTF-16 without its mark, GB18030 or Big5. Raises InputError for what is no text.
    """
    first = next(iter(blocks()), b"")
    for signature, kind in _SIGNATURES.items():
        if first.startswith(signature):
            raise InputError(f"{name}：内容是{kind}，不是文字。请换成 CSV、Excel（xlsx）或文本文件。")
    for bom, encoding in _BOMS:
        if first.startswith(bom):
            return encoding
    start = first[:_START]
    if start.count(b"\x00") > _MOST_NULS:
        if encoding := _utf16(start):
            return encoding
        raise InputError(f"{name}：文件里有二进制内容，不是文字。请重新导出为 CSV 或 Excel（xlsx）。")
    return _by_content(blocks, start)


def _utf16(start: bytes) -> str:
    """Which UTF-16 a text without a mark is in, "" for neither; letters read the wrong way round look like Han."""
    found = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = start[: len(start) // 2 * 2].decode(encoding, errors="replace")
        usual = _USUAL.findall(text)
        if len(usual) > _LEAST_USUAL * len(text):
            found[encoding] = sum(char.isascii() for char in usual)
    return max(found, key=lambda name: found[name], default="")


def _by_content(blocks: Blocks, start: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = b""  # the bytes ahead of the block at hand, for a sample around the first fault
    try:
        for block in itertools.chain(blocks(), [b""]):
            decoder.decode(block, final=not block)
            before = (before + block)[-_BEFORE_FAULT:]
        return "utf-8"
    except UnicodeDecodeError as error:
        begin = max(0, len(before) + error.start - _BEFORE_FAULT)
        sample = (before + block)[begin:][:_AROUND_FAULT]
    text = sample.decode("utf-8", errors="replace")
    if text.count("\ufffd") <= _MOST_SPOILT * (len(text) - len(text.encode("ascii", "ignore"))):
        return "utf-8"
    if _CONTROLS.search(start) and (encoding := _utf16(start)):
        return encoding
    from charset_normalizer import from_bytes

    # one control character would make it give up
    best = from_bytes(_CONTROLS.sub(b"", sample), cp_isolation=["gb18030", "big5"]).best()
    likely = "big5" if best is not None and best.encoding == "big5" else "gb18030"
    found = {}
    for encoding in (likely, "gb18030", "big5"):
        found[encoding] = _spoilt(blocks, encoding)
        if found[encoding] == 0:
            return encoding
    return min(found, key=lambda name: found[name])


def _spoilt(blocks: Blocks, encoding: str) -> int:
    """How many characters cannot be read in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    parts = itertools.chain(((block, False) for block in blocks()), [(b"", True)])
    return sum(decoder.decode(block, final).count("\ufffd") for block, final in parts)


class Lines:
    """The lines of a text with their ends, as a stream; NULs taken out, over-long ones cut at `MAX_LINE` + 1.

    `encoding` is what it is read in. After reading, `nuls` and `damaged` tell whether NULs were taken out and whether
    there are bytes that could not be read; `cut` is the number of the line in which a gz file ends early, else 0.
    """

    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        """Take the stream at its beginning."""
        self.encoding, self.nuls, self.damaged, self.cut = encoding, False, False, 0
        self._raw = cast(_Watched, stream.raw)
        # \r alone ends a line only in files of an old Mac; elsewhere it is dirt in a cell
        old_mac = b"\n" not in stream.peek(BLOCK)
        self._text = io.TextIOWrapper(
            stream, encoding=encoding, errors="replace", newline="" if old_mac else "\n"
        )
        self._text._CHUNK_SIZE = BLOCK  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[str]:
        """Each line once."""
        read = self._text.readline
        number = 0
        while line := read(MAX_LINE + 1):
            rest = line
            while len(line) > MAX_LINE and rest and not rest.endswith(("\n", "\r")):
                rest = read(BLOCK)
            if self._raw.cut and not rest.endswith(("\n", "\r")):
                break  # a line cut off in its middle may say 1 for 12
            number += 1
            if "\x00" in line:
                self.nuls = True
                line = line.replace("\x00", "")
            if "\ufffd" in line:
                self.damaged = True
            yield line
        self.cut = number + 1 if self._raw.cut else 0


@contextlib.contextmanager
def open_lines(path: Path, name: str, *, watch: Callable[[int], None] | None = None) -> Iterator[Lines]:
    """The file's lines as a stream, to the damage in a gz file. Raises InputError for what is no text."""

    def blocks() -> Iterator[bytes]:
        with open_bytes(path, lenient=True) as stream:
            yield from iter(lambda: stream.read(BLOCK), b"")

    encoding = find_encoding(blocks, name)
    with open_bytes(path, watch=watch, lenient=True) as stream:
        yield Lines(stream, encoding)


def suffix_of(path: Path) -> str:
    """The suffix that says what a file is, in lower case and without a trailing .gz."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else (suffixes or [""])[-1]

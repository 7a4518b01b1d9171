"""A path or standard input as lines of text, whatever compresses and encodes it."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from copy import copy
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import IO, Any, Literal, cast

from losscli.data.batch import AS_USUAL, Options
from losscli.data.packed import unpack
from losscli.data.words import nearest, under
from losscli.early import LARGE
from losscli.errors import DataError, UsageError

Format = Literal["csv", "tsv", "json", "jsonl"]

BLOCK = 1 << 18  # characters of text read at a time
HEAD = 1 << 12  # bytes looked at to see what a file is

SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
UTF8 = {"utf-8-sig", "utf-8", "utf8", "ascii"}
PACKED = {".gz", ".bz2", ".xz", ".lzma", ".zst"}
UNPACKERS = "zlib", "_lzma", "lzma", "backports.zstd", "compression.zstd"
"""Modules whose errors say that compressed data are damaged; each is imported only when a file needs it."""
BINARY = {
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "a NumPy file",
    b"PK\x03\x04": "a zip archive (as npz and xlsx files are)",
    b"\x80\x04\x95": "a Python pickle, which could run any program",
    b"\x80\x05\x95": "a Python pickle, which could run any program",
}


class NotText(DataError):
    """The bytes are of another kind; `stream` has them all, from the first on."""

    stream: IO[bytes]
    magic = b""


class Source:
    """One input, opened: its name in messages, what its suffix says, and its lines."""

    def __init__(self, file: str, options: Options = AS_USUAL) -> None:
        self.file = file
        self.name = "standard input" if file == "-" else file
        suffixes = [suffix.lower() for suffix in Path(file).suffixes]
        while suffixes and suffixes[-1] in PACKED:
            suffixes.pop()
        self.suffix: Format | None = SUFFIXES.get(suffixes[-1]) if suffixes else None
        self._path = None if file == "-" else Path(file)
        self._encoding = known(options.encoding)
        self._file: IO[bytes] | None = None
        self._bytes: Whole | None = None
        self._text: IO[str] | None = None
        self._head: list[list[str]] = []

    def blocks(self) -> Iterator[list[str]]:
        """Yield all lines, some thousand at a time, with their ends. Once."""
        yield from self._head
        self._head = []
        while block := self._block():
            yield block

    def close(self) -> None:
        """Close the file; nobody reads on."""
        if self._file is not None:  # never standard input, which is not ours
            self._file.close()

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes of the file have been read, and how many it has; None if it is no file."""
        try:
            number = (self._file or sys.stdin.buffer).fileno()
            state = os.fstat(number)
            return (os.lseek(number, 0, os.SEEK_CUR), state.st_size) if S_ISREG(state.st_mode) else None
        except (OSError, ValueError):  # closed by now, or no file at all
            return None

    def first_lines(self, count: int = 2) -> list[str]:
        """Return the first lines that are not blank, without consuming them; fewer if there are fewer."""
        while True:
            lines = (line for block in self._head for line in block if not line.isspace())
            found = list(islice(lines, count))
            if len(found) == count or not (block := self._block()):
                return found
            self._head.append(block)

    def is_large(self) -> bool:
        """Return whether there is so much of it that an engine pays. Before the first line is asked for."""
        with self.translated():
            return len(self._open().head) >= LARGE

    def again(self) -> Whole | None:
        """Return all bytes from the first on, as UTF-8, whatever lines have been read; None if too many have."""
        with self.translated():
            whole = self._open()
            if whole.beyond:
                return None
            if self._encoding in UTF8:
                return Whole(whole.head.removeprefix(codecs.BOM_UTF8), whole.rest)
            from losscli.data.encoded import Encoded

            decoder = codecs.getincrementaldecoder(self._encoding)()
            head = decoder.decode(whole.head).removeprefix("\ufeff").encode()
            return Whole(head, Encoded(whole.rest, decoder))

    def plain(self) -> tuple[IO[bytes], int] | None:
        """Return the file and where its text begins, if it is one, and not packed."""
        same = self._encoding in UTF8 and isinstance(self._open().rest, io.BufferedReader)
        file = self._file if same else None
        mark = len(codecs.BOM_UTF8) * self._open().head.startswith(codecs.BOM_UTF8)
        return (file, mark) if file and S_ISREG(os.fstat(file.fileno()).st_mode) else None

    def part(self, stream: IO[bytes]) -> Source:
        """Return some bytes of it, as UTF-8, as an input of their own."""
        other = copy(self)
        if self._encoding not in UTF8:
            other._encoding = "utf-8"
        other._head, other._file, other._text, other._bytes = [], None, None, Whole(b"", stream)
        return other

    def _block(self) -> list[str]:
        with self.translated():
            if self._text is None:
                stream = cast("Any", io.BufferedReader(self._open(), BLOCK))
                self._text = io.TextIOWrapper(stream, self._encoding, newline="")
                lines = self._text.readlines(BLOCK)
                if lines:  # a byte-order mark that the encoding left in place
                    lines[0] = lines[0].removeprefix("\ufeff")
                return lines
            return self._text.readlines(BLOCK)

    @contextmanager
    def translated(self) -> Generator[None]:
        """Say what is wrong with the file where reading it fails."""
        try:
            yield
        except UnicodeDecodeError as error:
            raise self._undecodable(error) from None
        except UnicodeError as error:  # UTF-16 without its mark
            raise self._error(f"not {self._encoding} text ({error})", "encoding") from None
        except EOFError:
            raise self._error("the compressed data end too early: a truncated file", "damaged") from None
        except OSError as error:
            raise self._unreadable(error) from None
        except Exception as error:
            if type(error).__module__.startswith(UNPACKERS):
                raise self._damaged(error) from None
            raise

    def _open(self) -> Whole:
        """Return the bytes, unpacked, with a good look at the first of them."""
        if self._bytes is not None:
            return self._bytes
        stream: IO[bytes] = sys.stdin.buffer
        if self._path is not None:
            try:
                stream = self._file = self._path.open("rb")
            except ValueError:  # a NUL in the name
                raise DataError(f"no file {self.name!r}", code="no-file", file=self.name) from None
        head, stream = peek(stream)
        stream = unpack(head, stream) or stream
        whole = self._bytes = Whole(read_up_to(stream, LARGE), stream)
        head = whole.head[:HEAD]
        for magic, kind in BINARY.items():
            if head.startswith(magic):
                error = NotText(f"{self.name}: {kind}, not text", code="wrong-format", file=self.name)
                error.stream, error.magic = cast("IO[bytes]", io.BufferedReader(whole, BLOCK)), magic
                raise error
        if self._encoding == "utf-8-sig" and head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self._encoding = "utf-16"  # the mark leaves no doubt; Windows shells write such files
        elif b"\0" in head and "16" not in self._encoding and "32" not in self._encoding:
            # Latin text in UTF-16 has a NUL beside every letter.
            wide = [name for name, side in (("le", 1), ("be", 0)) if head[side::2].count(0) > len(head) / 4]
            raise DataError(
                f"{self.name}: binary data (byte {head.index(0)} is NUL), not text",
                fix=[f"--encoding utf-16-{name}" for name in wide],
                code="wrong-format", file=self.name,
            )  # fmt: skip
        return whole

    def _undecodable(self, error: UnicodeDecodeError) -> DataError:
        where, shown = self.name, ()
        if self._path is not None and self._path.is_file() and "16" not in error.encoding:
            # The decoder only knows its buffer, so the line is looked up in the file.
            with self._path.open("rb") as raw:
                data = peek(raw)
                for number, line in enumerate(unpack(*data) or data[1], 1):
                    try:
                        line.decode(error.encoding)
                    except UnicodeDecodeError as inner:
                        before = len(line[: inner.start].decode(error.encoding))
                        text = line.decode(error.encoding, "replace")
                        where, shown = f"{self.name}:{number}", under(number, text, (before, before + 1))
                        break
        return DataError(
            f"{where}: byte 0x{error.object[error.start]:02x} is not {error.encoding} text",
            shown,
            ["--encoding cp1252       if the file comes from Windows or is Latin-1"],
            code="encoding",
            file=self.name,
        )

    def _unreadable(self, error: OSError) -> DataError:
        match error:
            case FileNotFoundError() if self._path is not None:
                folder = self._path.parent
                others = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
                close = nearest(self._path.name, others)
                hint = [f"did you mean: {folder / close}"] if close else []
                if not folder.is_dir():
                    hint = [f"there is no folder {str(folder)!r}"]
                return DataError(f"no file {self.name!r}", hint, code="no-file", file=self.name)
            case IsADirectoryError():
                return DataError(
                    f"{self.name!r} is a directory, not a file", code="no-plain-file", file=self.name
                )
            case PermissionError():
                return DataError(
                    f"{self.name!r} may not be read: permission denied", code="unreadable", file=self.name
                )
            case _ if error.errno is None:  # gzip and bz2 raise it themselves
                return self._damaged(error)
            case _:
                return self._error((error.strerror or str(error)).lower(), "unreadable")

    def _damaged(self, error: Exception) -> DataError:
        return self._error(f"the compressed data are damaged ({str(error).lower()})", "damaged")

    def _error(self, what: str, code: str) -> DataError:
        return DataError(f"{self.name}: {what}", code=code, file=self.name)


class Whole(io.RawIOBase):
    """A stream with the bytes in front again that were read to see what it is (pipes cannot seek)."""

    def __init__(self, head: bytes, rest: IO[bytes] | io.RawIOBase) -> None:
        self.head = head
        self.rest = rest
        self.beyond = False
        """Whether more than these bytes has been read."""
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        if self._at < len(self.head):
            data = self.head[self._at : self._at + len(buffer)]
            self._at += len(data)
            buffer[: len(data)] = data
            return len(data)
        count = cast("Any", self.rest).readinto(buffer)
        if count:
            self.beyond, self.head = True, b""
        return count


def known(encoding: str) -> str:
    """Return the name of an encoding. Raises `UsageError` if there is none, or none of texts."""
    try:
        "".encode(encoding)
    except (LookupError, ValueError):  # also a name with a NUL in it
        raise UsageError(
            f"unknown encoding {encoding!r}",
            ["for instance: utf-8, latin-1, cp1252, utf-16"],
            code="bad-option",
        ) from None
    return encoding


def read_up_to(stream: IO[bytes], size: int) -> bytes:
    """Return the next bytes, fewer only at the end."""
    parts: list[bytes] = []
    while size and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def peek(stream: IO[bytes]) -> tuple[bytes, IO[bytes]]:
    """Return the first bytes, and a stream that still has them."""
    head = read_up_to(stream, HEAD)
    return head, io.BufferedReader(Whole(head, stream), BLOCK)

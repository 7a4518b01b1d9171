"""Compressed bytes: told by how they begin, and unpacked."""

from __future__ import annotations

import sys
from typing import IO, cast


def unpack(head: bytes, stream: IO[bytes]) -> IO[bytes] | None:
    """Return the decompressed stream, or None if the first bytes are of no compressed format."""
    if head.startswith(b"\x1f\x8b"):
        import gzip

        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    if head.startswith(b"BZh"):
        import bz2

        return bz2.BZ2File(stream)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return zstd(stream)
    if head.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
        import lzma

        return lzma.LZMAFile(stream)
    return None


def zstd(stream: IO[bytes]) -> IO[bytes]:
    """Return the decompressed stream: by Python's own library from 3.14 on, by its twin before."""
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdFile
    else:
        from backports.zstd import ZstdFile
    return cast("IO[bytes]", ZstdFile(stream))

"""Where the bytes of a table lie: a file, or a member of an archive. Can be read again, as long as nobody changes it."""

from __future__ import annotations

import io
import lzma
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from core.imports.shapes import Unusable

_LARGEST_HELD = 100_000_000
"""Bytes of a member that is held in memory: personal data is never laid down in a file beside."""

BROKEN_MEMBER = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
)
"""What reading a member of a damaged archive leads to."""


class Origin:
    """The bytes of a file, or of one member of a ZIP archive.

    Args:
        path: the file.
        member: the member's name; empty: the file itself.

    Raises:
        Unusable: it is not there, is no file, or may not be read.
    """

    def __init__(self, path: Path, member: str = "") -> None:
        self.path = path
        self.member = member
        self._stamp = self._looked_at()
        self.size = self._stamp[0]
        if member:
            with self._archive() as archive:
                self.size = archive.getinfo(member).file_size

    @property
    def file(self) -> str:
        """The file's name, without its folder."""
        return self.path.name

    @property
    def said(self) -> str:
        """How it is named in a message."""
        return f"“{self.member}” in {self.file}" if self.member else self.file

    def open(self) -> IO[bytes]:
        """A stream of the bytes, from the first one.

        Raises:
            Unusable: the file has changed since it was first looked at, or is gone.
        """
        if self._looked_at() != self._stamp:
            raise Unusable(f"{self.file} has changed since it was opened. Begin the import again.")
        if not self.member:
            return self._opened()
        archive = self._archive()
        try:
            return io.BufferedReader(_Member(archive, self.member, self.said), 65_536)
        except BROKEN_MEMBER as error:
            archive.close()
            raise Unusable(
                f"{self.said} cannot be unpacked: {error}. Unpack the archive, and import what is in it."
            ) from None

    def seekable(self) -> IO[bytes]:
        """As `open`, but what a workbook or an archive inside an archive needs: a stream in which one can go back.

        Raises:
            Unusable: as `open`; or the member is too large to be held in memory.
        """
        if not self.member:
            return self.open()
        if self.size > _LARGEST_HELD:
            raise Unusable(
                f"{self.said} is too large to be read in its archive. Unpack the archive, and import what is in it."
            )
        with self.open() as stream:
            try:
                return io.BytesIO(stream.read())
            except BROKEN_MEMBER as error:
                raise Unusable(
                    f"{self.said} cannot be unpacked: {error}. Download or export the archive again."
                ) from None

    def head(self, size: int) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def _opened(self) -> IO[bytes]:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise _unreadable(self.path, error) from None

    def _archive(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
            raise Unusable(
                f"{self.file} is a damaged archive ({error}). Export or download it again."
            ) from None

    def _looked_at(self) -> tuple[int, int]:
        try:
            found = os.stat(self.path)  # noqa: PTH116 - follows links, as `open` does
        except (OSError, ValueError) as error:
            raise _unreadable(self.path, error) from None
        if stat.S_ISDIR(found.st_mode):
            raise Unusable(f"{self.path} is a folder. Name the files in it.")
        if not stat.S_ISREG(found.st_mode):
            raise Unusable(
                f"{self.path} is no file that can be read twice. Save what it gives as a file first."
            )
        return found.st_size, found.st_mtime_ns


class _Member(io.RawIOBase):
    """A member of an archive as a raw stream, which closes the archive with itself."""

    def __init__(self, archive: zipfile.ZipFile, name: str, said: str) -> None:
        self._archive = archive
        self._said = said
        self._stream = archive.open(name)

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except BROKEN_MEMBER as error:
            raise Unusable(
                f"{self._said} cannot be unpacked ({error}). Download or export the archive again."
            ) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._archive.close()
        super().close()


def _unreadable(path: Path, error: Exception) -> Unusable:
    if isinstance(error, FileNotFoundError):
        return Unusable(f"There is no file {path}.")
    if isinstance(error, PermissionError):
        return Unusable(
            f"{path} may not be read by you. Change its permissions, or copy it to a folder of yours."
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Unusable(f"{path} cannot be read: {reason}.")

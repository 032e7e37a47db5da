"""ZIP archives: recognised by their first bytes; each member is a file of its own.

An archive comes from outside, so nothing in it is believed: sizes are checked where they are
stated and again while reading, names are never used as paths of this machine, and whatever a
member could only be there for harm with refuses the archive as a whole.
"""

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.compressed import GZIP_MAGIC, MAX_EXPANDED_BYTES
from bundle_pipeline.ingest.file_names import ARCHIVE_SUFFIXES

_MEMBER_MAGIC = b"PK\x03\x04"
_EMPTY_MAGIC = b"PK\x05\x06"
_ENCRYPTED_FLAG = 0x1
# What a name must not hold: a way out of the archive, or characters that forge lines of a log.
_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_JUNK_FOLDER = "__MACOSX"
_JUNK_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_WORKBOOK_FOLDER = "xl/"
# What the standard library raises for damaged archives.
_WRONG_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    # A compression that the library doesn't know, or a later version of the format.
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class ArchiveLimits:
    """How much one archive may hold."""

    max_members: int = 200
    """A shop splits its orders by month at most; 200 months are 16 years."""
    max_bytes: int = MAX_EXPANDED_BYTES
    """All members together, once unpacked."""
    max_ratio: int = 200
    """Unpacked by packed bytes of a member; order exports reach 30, a bomb of zeros 1000."""
    ratio_from_bytes: int = 64 * 1024**2
    """Below this size a member may be as repetitive as it likes."""


@dataclass(frozen=True)
class NamedFile:
    """A landed file, or a member of one: its path below the shop's folder, and its bytes."""

    path: str
    content: bytes


DEFAULT_LIMITS = ArchiveLimits()


def is_zip(content: bytes) -> bool:
    """Whether the bytes are a ZIP archive, whatever the file is called."""
    return content.startswith((_MEMBER_MAGIC, _EMPTY_MAGIC))


def unpacked(
    content: bytes, *, path: str, place: str, limits: ArchiveLimits = DEFAULT_LIMITS
) -> list[NamedFile]:
    """The file itself, or the members of an archive as ``<path>/<member>``, by name.

    Folders and what macOS and Windows add are left out.

    Args:
        content: Bytes of a landed file.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.
        limits: How much an archive may hold.

    Raises:
        InputDataError: The archive is damaged, encrypted, empty, too large, a workbook, or has a
            member that is a link, an archive or named like a path out of it.
    """
    if not is_zip(content):
        if path.lower().endswith(".zip"):
            raise _damaged(place, "a .zip that is no ZIP archive")
        return [NamedFile(path, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _accepted(archive.infolist(), place, limits)
            files = [
                NamedFile(f"{path}/{member.filename}", _read(archive, member, place))
                for member in sorted(members, key=lambda member: member.filename)
            ]
    except _WRONG_ARCHIVE as error:
        found = f"a damaged or cut-off ZIP archive ({type(error).__name__})"
        raise _damaged(place, found) from error
    for file in files:
        _refuse_nested(file, place)
    return files


def first_member_starts(first_bytes: bytes, *, max_bytes: int) -> list[tuple[str, bytes]]:
    """Names and starts of the members that the first bytes of an archive show.

    The list of members stands at the end of an archive; here each is found by its own header, as
    far as the bytes go. Damaged ones end the list.

    Args:
        first_bytes: Start of the archive.
        max_bytes: Most bytes of each member.
    """
    starts: list[tuple[str, bytes]] = []
    at = 0
    while at >= 0 and (found := _member_at(first_bytes, at, max_bytes)) is not None:
        name, start, following = found
        if not _is_junk(name):
            starts.append((name, start))
        at = first_bytes.find(_MEMBER_MAGIC, following)
    return starts


def _member_at(data: bytes, at: int, max_bytes: int) -> tuple[str, bytes, int] | None:
    header = data[at : at + 30]
    if len(header) < 30:  # noqa: PLR2004 - the fixed part of a member's header (APPNOTE 4.3.7)
        return None
    method, packed_count = header[8], int.from_bytes(header[18:22], "little")
    name_count = int.from_bytes(header[26:28], "little")
    body = at + 30 + name_count + int.from_bytes(header[28:30], "little")
    name = data[at + 30 : at + 30 + name_count].decode("utf-8", errors="replace")
    if method == zipfile.ZIP_STORED:
        end = body + packed_count
        return name, data[body : min(end, body + max_bytes)], end
    if method != zipfile.ZIP_DEFLATED:
        return name, b"", body
    stream = zlib.decompressobj(wbits=-15)
    try:
        start = stream.decompress(data[body:], max_bytes)
    except zlib.error:
        return None
    return name, start, len(data) - len(stream.unused_data) if stream.eof else body


def _accepted(
    members: Sequence[zipfile.ZipInfo], place: str, limits: ArchiveLimits
) -> list[zipfile.ZipInfo]:
    if len(members) > limits.max_members:
        raise _refused(
            "MEMBERS",
            place,
            found=f"an archive of {len(members)} files",
            expected=f"at most {limits.max_members}",
            remedy="put only the exports into the archive, or split it",
        )
    names = [member.filename for member in members]
    if any(name.startswith(_WORKBOOK_FOLDER) for name in names):
        raise _refused(
            "WORKBOOK",
            place,
            found="an Excel workbook",
            expected="comma-separated text",
            remedy="export it as CSV, best straight from the shop",
        )
    files = [
        member
        for member in members
        if not member.filename.endswith("/") and not _is_junk(member.filename)
    ]
    for member in members:
        _refuse_member(member, place)
    _refuse_repeated(files, place)
    _refuse_sizes(files, place, limits)
    if not files:
        raise _refused(
            "EMPTY",
            place,
            found="an archive without any file",
            expected="exports as CSV",
            remedy="pack the exports again, or remove it from the landing folder",
        )
    return files


def _is_junk(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or parts[0] == _JUNK_FOLDER or parts[-1] in _JUNK_NAMES


def _refuse_member(member: zipfile.ZipInfo, place: str) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or _DRIVE.match(name) or ".." in parts or _CONTROL.search(name):
        raise _refused(
            "PATH",
            place,
            found=f"a member named {name[:80]!a}",
            expected="names below the archive, without .. or control characters",
            remedy="pack the exports again; this name could write outside of a folder",
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _refused(
            "LINK",
            place,
            found=f"{name[:80]!a}, which is a symbolic link",
            expected="files only",
            remedy="pack the file that the link points to",
        )
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise _refused(
            "ENCRYPTED",
            place,
            found=f"{name[:80]!a}, which needs a password",
            expected="an archive without a password",
            remedy="pack the exports again without one",
        )


def _refuse_repeated(members: Sequence[zipfile.ZipInfo], place: str) -> None:
    repeated = [name for name, n in Counter(m.filename for m in members).items() if n > 1]
    if repeated:
        raise _refused(
            "REPEATED",
            place,
            found=f"{repeated[0][:80]!a} more than once",
            expected="each name once",
            remedy="pack the exports again",
        )


def _refuse_sizes(members: Sequence[zipfile.ZipInfo], place: str, limits: ArchiveLimits) -> None:
    total = sum(member.file_size for member in members)
    if total > limits.max_bytes:
        raise _refused(
            "SIZE",
            place,
            found=f"{total} bytes once unpacked",
            expected=f"at most {limits.max_bytes}",
            remedy="split the export by time into several archives; they are read together",
        )
    for member in members:
        is_large = member.file_size > limits.ratio_from_bytes
        if is_large and member.file_size > limits.max_ratio * member.compress_size:
            raise _refused(
                "RATIO",
                place,
                found=f"{member.filename[:80]!a}, {member.file_size} bytes packed into "
                f"{member.compress_size}",
                expected=f"at most {limits.max_ratio} times the packed size",
                remedy="this is how decompression bombs look; land the file unpacked",
            )


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> bytes:
    # The stated size has been checked, and is all that is read; what states less than it unpacks
    # to is found out by its checksum.
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) != member.file_size:
        shown = ascii(member.filename[:80])
        raise _damaged(place, f"{shown}, which unpacks to another size than stated")
    return content


def _refuse_nested(file: NamedFile, place: str) -> None:
    is_named_so = PurePosixPath(file.path.lower()).suffix in ARCHIVE_SUFFIXES
    if is_named_so or is_zip(file.content) or file.content.startswith(GZIP_MAGIC):
        raise _refused(
            "NESTED",
            place,
            found=f"{PurePosixPath(file.path).name[:80]!a}, an archive in an archive",
            expected="files only",
            remedy="unpack the inner archive and land its files",
        )


def _damaged(place: str, found: str) -> InputDataError:
    return _refused(
        "DAMAGED",
        place,
        found=found,
        expected="a complete ZIP archive",
        remedy="upload the file again and compare its size with the original",
    )


def _refused(name: str, place: str, *, found: str, expected: str, remedy: str) -> InputDataError:
    return InputDataError(
        f"BP-ZIP-{name}", place=place, found=found, expected=expected, remedy=remedy
    )

"""Changes of a delivery as a whole: its files' names, orders in several of them, archives."""

import gzip
import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

from bundle_pipeline_tests.support.fuzz.delivery import Delivery, content_of, is_table, rows_of
from bundle_pipeline_tests.support.fuzz.nasty import ENDINGS, NAMES
from bundle_pipeline_tests.support.fuzz.table_mutations import Mutate

_MEMBER_NAMES = (
    *("../orders.csv", "../../x/orders.csv", "/etc/orders.csv", "a/../../b.csv", "C:\\orders.csv"),
    *(
        "..\\orders.csv",
        "a\nb.csv",
        "a\x00b.csv",
        "",
        "a/",
        "__MACOSX/._orders.csv",
        "xl/workbook.xml",
    ),
    *(
        "inner.zip",
        "inner.csv.gz",
        "\u00fc.csv",
        "d/e/f.csv",
        "x" * 300 + ".csv",
        ".hidden",
        "_SUCCESS",
    ),
)
# Above the size from which an archive's ratio counts, and packed a thousand times smaller.
_BOMB_BYTES = 65 * 1024**2
_TOO_MANY_MEMBERS = 201
_CENTRAL = b"PK\x01\x02"


def mixed_with(other: Delivery, delivery: Delivery) -> Delivery:
    """Files of two deliveries in one folder; the second's win where names are the same."""
    return Delivery(
        {**other.files, **delivery.files},
        keeps_columns=other.keeps_columns and delivery.keeps_columns,
        is_nested=other.is_nested or delivery.is_nested,
    )


def _a_table(delivery: Delivery, random: Random) -> str | None:
    paths = [path for path in delivery.files if is_table(path)]
    return random.choice(paths) if paths else None


def _copy_file(delivery: Delivery, random: Random) -> Delivery:
    """The same file again, under a name that comes before or after it."""
    path = random.choice(list(delivery.files))
    return delivery.with_file(random.choice(("0 ", "z ")) + path, delivery.files[path])


def _split_file(delivery: Delivery, random: Random) -> Delivery:
    """A table in two files, wherever an order stands."""
    path = _a_table(delivery, random)
    if path is None:
        return delivery
    rows = rows_of(delivery.files[path])
    at = random.randint(1, max(1, len(rows)))
    first, second = content_of(rows[:at]), content_of([*rows[:1], *rows[at:]])
    parts = [(f"{path}.1.csv", first), (f"{path}.2.csv", second)]
    if random.random() < 0.3:
        parts = [(f"{path}.2.csv", first), (f"{path}.1.csv", second)]
    without = delivery.without_file(path)
    return without.with_file(*parts[0]).with_file(*parts[1])


def _correct_rows(delivery: Delivery, random: Random) -> Delivery:
    """A second file that says some rows again, one of their cells otherwise."""
    path = _a_table(delivery, random)
    if path is None:
        return delivery
    header, *body = rows_of(delivery.files[path]) or [[]]
    kept = [list(row) for row in body if random.random() < 0.5]
    for row in kept:
        if row:
            row[random.randrange(len(row))] = random.choice(("", "7", "2.50", "paid", "x"))
    return delivery.with_file(f"{path}.later.csv", content_of([header, *kept])).slipped()


def _cross_headers(delivery: Delivery, random: Random) -> Delivery:
    """Rows of one table below the header of another."""
    one, other = _a_table(delivery, random), _a_table(delivery, random)
    if one is None or other is None:
        return delivery
    rows = rows_of(delivery.files[one])[:1] + rows_of(delivery.files[other])[1:]
    return delivery.with_file(one, content_of(rows)).slipped()


def _interleave(delivery: Delivery, random: Random) -> Delivery:
    """Rows of two tables in one file."""
    one, other = _a_table(delivery, random), _a_table(delivery, random)
    if one is None or other is None:
        return delivery
    rows = rows_of(delivery.files[one])
    for row in rows_of(delivery.files[other]):
        rows.insert(random.randint(1, max(1, len(rows))), row)
    return delivery.with_file(one, content_of(rows)).slipped()


def _drop_file(delivery: Delivery, random: Random) -> Delivery:
    return delivery.without_file(random.choice(list(delivery.files)))


def _rename(delivery: Delivery, random: Random) -> Delivery:
    path = random.choice(list(delivery.files))
    content = delivery.files[path]
    return delivery.without_file(path).with_file(random.choice(NAMES), content)


def _other_ending(delivery: Delivery, random: Random) -> Delivery:
    path = random.choice(list(delivery.files))
    content, name = delivery.files[path], path.rpartition(".")[0] + random.choice(ENDINGS)
    return delivery.without_file(path).with_file(name if name.strip(".") else "x", content)


def _junk_file(delivery: Delivery, random: Random) -> Delivery:
    content = random.choice(
        (b"", b"\n", b"hello", b"\x89PNG\r\n", b"a,b\n1,2\n", b"enabled: [", b"{}")
    )
    return delivery.with_file(random.choice(NAMES), content)


def _gzip(delivery: Delivery, random: Random) -> Delivery:
    path = random.choice(list(delivery.files))
    packed = gzip.compress(delivery.files[path], compresslevel=1, mtime=0)
    at = random.randrange(len(packed))
    damaged = (
        packed,
        packed[: at + 2],
        packed + random.choice((b"\0", b"x", packed, b"\x1f\x8b")),
        packed[:at] + bytes([packed[at] ^ 0x10]) + packed[at + 1 :],
        gzip.compress(packed, compresslevel=1, mtime=0),
    )
    name = path if random.random() < 0.3 else f"{path}.gz"
    return delivery.without_file(path).with_file(name, random.choice(damaged))


def _zip(delivery: Delivery, random: Random) -> Delivery:
    chosen = [path for path in delivery.files if random.random() < 0.8] or list(delivery.files)
    members = [(path, delivery.files[path]) for path in chosen]
    packed = _hostile_archive(members, random)
    rest = {path: content for path, content in delivery.files.items() if path not in chosen}
    kept = rest if random.random() < 0.7 else delivery.files
    name = random.choice(("files.zip", "files.csv", "files", "a/files.zip"))
    return replace(delivery, files={**kept, name: packed})


def _hostile_archive(members: Sequence[tuple[str, bytes]], random: Random) -> bytes:
    if random.random() < 0.4:
        return _zipped(members)
    if random.random() < 0.3:
        odd = (_bomb(), _of_many(), _lying(members), _zipped([]), _link(), _locked(members))
        return random.choice(odd)
    if random.random() < 0.6:
        first = members[0][1]
        inner = random.choice((_zipped(members), gzip.compress(first, mtime=0)))
        more = (
            (random.choice(_MEMBER_NAMES), first),
            members[0],
            (random.choice(("i.csv", "i.zip", "i.gz")), inner),
        )
        return _zipped([*members, random.choice(more)])
    packed = bytearray(_zipped(members))
    if random.random() < 0.5:
        return bytes(packed[: random.randint(4, len(packed))])
    packed[random.randrange(len(packed))] ^= 1 << random.randrange(8)
    return bytes(packed)


def _zipped(members: Sequence[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            # A member's time would be now.
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@cache
def _bomb() -> bytes:
    return _zipped([("orders.csv", bytes(_BOMB_BYTES))])


@cache
def _of_many() -> bytes:
    return _zipped([(f"{number}.csv", b"x") for number in range(_TOO_MANY_MEMBERS)])


def _lying(members: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive that states another size than its first member has."""
    packed = bytearray(_zipped(members))
    at = packed.index(_CENTRAL) + 24
    packed[at : at + 4] = struct.pack("<I", len(members[0][1]) + 2**30)
    return bytes(packed)


def _link() -> bytes:
    info = zipfile.ZipInfo("orders.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _zipped([(info, b"/etc/hostname")])


def _locked(members: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive that says of its first member that it needs a password."""
    packed = bytearray(_zipped(members))
    packed[6] |= 1
    packed[packed.index(_CENTRAL) + 8] |= 1
    return bytes(packed)


DELIVERY_MUTATIONS: dict[str, Mutate] = {
    "copy a file": _copy_file,
    "split a file": _split_file,
    "correct rows": _correct_rows,
    "cross headers": _cross_headers,
    "interleave": _interleave,
    "drop a file": _drop_file,
    "rename": _rename,
    "other ending": _other_ending,
    "junk file": _junk_file,
}

PACKING_MUTATIONS: dict[str, Mutate] = {"gzip": _gzip, "zip": _zip}

"""Changes of a file's bytes: encodings, newlines, quotes, and damage at any place."""

import re
from collections.abc import Callable
from random import Random

from bundle_pipeline_tests.support.fuzz.delivery import Delivery
from bundle_pipeline_tests.support.fuzz.nasty import PIECES
from bundle_pipeline_tests.support.fuzz.table_mutations import Mutate

_Change = Callable[[bytes, Random], bytes]

_MAX_CHANGES = 4
_MAX_SPAN = 40
_ENCODINGS = (
    *(
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "cp1252",
    ),
    *("latin-1", "cp1250", "cp1251", "cp437", "mac_roman", "shift_jis", "gbk", "utf-7", "cp037"),
)
_NEWLINES = (
    b"\r\n",
    b"\r",
    b"\n\r",
    b"\r\r\n",
    b"\n\n",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\x1e",
    b" \n",
)
_DELIMITERS = (b";", b"\t", b"|", b":", b"\x01", b" ", b", ", b",,")
_FIRST_LINES = (
    *(
        b"sep=,\n",
        b"sep=;\n",
        b"\n",
        b"\n\n \n",
        b"Orders export\n",
        b"Orders;;;\n",
        b"# made by x\n",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"<html>\n",
        b"\x1f\x8b",
    ),
)


def on_a_file(change: _Change) -> Mutate:
    """The change applied to one of the delivery's files."""

    def mutate(delivery: Delivery, random: Random) -> Delivery:
        path = random.choice(list(delivery.files))
        return delivery.with_file(path, change(delivery.files[path], random))

    return mutate


def _slipping(change: _Change) -> Mutate:
    return lambda delivery, random: on_a_file(change)(delivery, random).slipped()


def _flip_bits(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, _MAX_CHANGES)):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _insert_pieces(content: bytes, random: Random) -> bytes:
    for _ in range(random.randint(1, _MAX_CHANGES)):
        at = random.randint(0, len(content))
        content = content[:at] + random.choice(PIECES) + content[at:]
    return content


def _delete_span(content: bytes, random: Random) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + content[at + random.randint(1, _MAX_SPAN) :]


def _repeat_span(content: bytes, random: Random) -> bytes:
    at, length = random.randint(0, len(content)), random.randint(1, 10 * _MAX_SPAN)
    to = random.randint(0, len(content))
    return content[:to] + content[at : at + length] + content[to:]


def _truncate(content: bytes, random: Random) -> bytes:
    return content[: random.randint(0, len(content))]


def _cut_off_start(content: bytes, random: Random) -> bytes:
    return content[random.randint(0, len(content)) :]


def _replace_everywhere(content: bytes, random: Random) -> bytes:
    return content.replace(random.choice(PIECES), random.choice(PIECES))


def _encode(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(random.choice(_ENCODINGS), errors="replace")


def _newlines(content: bytes, random: Random) -> bytes:
    return content.replace(b"\n", random.choice(_NEWLINES))


def _mixed_newlines(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    return b"".join(line + random.choice((b"\n", b"\r\n", b"\r")) for line in lines)


def _delimiters(content: bytes, random: Random) -> bytes:
    return content.replace(b",", random.choice(_DELIMITERS))


def _some_delimiters(content: bytes, random: Random) -> bytes:
    other = random.choice(_DELIMITERS)
    lines = content.split(b"\n")
    at = random.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at].replace(b",", other), *lines[at + 1 :]])


def _semicolons(content: bytes, _random: Random) -> bytes:
    """As a European spreadsheet saves it."""
    return re.sub(rb"(\d)\.(\d)", rb"\1,\2", content.replace(b",", b";"))


def _first_line(content: bytes, random: Random) -> bytes:
    return random.choice(_FIRST_LINES) + content


def _last_line(content: bytes, random: Random) -> bytes:
    return content + random.choice(PIECES)


def _without_quotes(content: bytes, _random: Random) -> bytes:
    return content.replace(b'"', b"")


def _quote_all(content: bytes, _random: Random) -> bytes:
    lines = content.replace(b'"', b"").splitlines()
    return b"".join(b'"' + line.replace(b",", b'","') + b'"\n' for line in lines)


def _quote_lines(content: bytes, _random: Random) -> bytes:
    return b"".join(b'"' + line.replace(b'"', b'""') + b'"\n' for line in content.splitlines())


def _repeat_all(content: bytes, random: Random) -> bytes:
    return content * random.randint(2, 3)


BYTE_MUTATIONS: dict[str, Mutate] = {
    "flip bits": _slipping(_flip_bits),
    "insert pieces": _slipping(_insert_pieces),
    "delete a span": _slipping(_delete_span),
    "repeat a span": _slipping(_repeat_span),
    "truncate": _slipping(_truncate),
    "cut off the start": _slipping(_cut_off_start),
    "replace everywhere": _slipping(_replace_everywhere),
    "encode": on_a_file(_encode),
    "newlines": _slipping(_newlines),
    "mixed newlines": _slipping(_mixed_newlines),
    "delimiters": _slipping(_delimiters),
    "delimiters of one line": _slipping(_some_delimiters),
    "semicolons": _slipping(_semicolons),
    "first line": _slipping(_first_line),
    "last line": _slipping(_last_line),
    "without quotes": _slipping(_without_quotes),
    "quote all": _slipping(_quote_all),
    "quote lines": _slipping(_quote_lines),
    "repeat all": _slipping(_repeat_all),
}

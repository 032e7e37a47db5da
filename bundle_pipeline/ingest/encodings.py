"""Which encoding a text is in, told for certain, with its doubt or not at all, and its UTF-8.

A byte order mark and valid UTF-8 are certain. Windows-1252, which spreadsheets save as "CSV" and
which holds all letters of ISO 8859-1 at the same codes, is certain where every word with a letter
beyond ASCII can be spelled in one western language: read so, ``Dvořák`` of Windows-1250 becomes
``Dvoøák``, which no such language has. Charset-normalizer was tried and isn't used: of ``café`` it
makes Urdu (cp1006), and of most short texts Windows-1250.

Letters alone don't tell a lone ``čaj`` of Windows-1250 from the ``èaj`` of Windows-1252, nor
``crème`` from ``crčme``: only words do, and a list of them would have to hold every shop's. Where
no word of a file speaks against Central European spelling the file is read as Windows-1252, the far
more frequent one, and its encoding names both.
"""

import codecs
import logging
import re
from dataclasses import dataclass

from bundle_pipeline.errors import InputDataError

logger = logging.getLogger(__name__)

_BLOCK_BYTES = 16 * 1024**2
# Latin text in UTF-16 has a zero in every other byte; this much of the file is enough to see it.
_SAMPLE_BYTES = 4096
_MOST_ZEROS = 0.4
# UTF-32 LE begins as UTF-16 LE does: the longer mark has to be looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
# Letters of one language each. Those of Icelandic aren't here: Turkish has others at their codes.
_WESTERN = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "àâæçèéêëîïôœùûü",  # French
        "äöüé",  # German; ß has no capital of one letter
        "áéíñóúü",  # Spanish
        "áâãàçéêíóôõú",  # Portuguese
        "àèéìòùî",  # Italian
        "æøåé",  # Danish, Norwegian
        "åäöé",  # Swedish, Finnish
        "áéíóúàèïçòü",  # Catalan, Irish
        "éëïóöüè",  # Dutch
    )
)
# Letters of one language each whose exports are in Windows-1250.
_CENTRAL = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîşţ",  # Romanian
        "čćđšž",  # Croatian, Slovenian
    )
)
_CENTRAL_NAME, _CENTRAL_CODEC = "Windows-1250 (Central European)", "cp1250"
# Signs that may stand alone or beside a word in a western text; inside a word only the last line.
# The codes are dashes and curly quotes, a blank that doesn't break and a soft hyphen.
_SIGNS = frozenset("€£¥¢§©®™°±²³¹µ\u00d7·÷½¼¾«»¡¿ªº…•“”„\u2013\u2014\u2018\u2019\u00a0\u00ad")
_JOINING = frozenset("·\u2013\u2014\u2019\u00a0\u00ad")
_LETTER = "[A-Za-zÀ-ÖØ-öø-ÿŒœ]"
# What western spelling hasn't, and other encodings have at the same codes. The comments name the
# letters of Windows-1250.
_UNWESTERN = re.compile(
    "|".join(
        (
            f"[ìùÌÙ](?={_LETTER})",  # ě, ů: Italian ends words with them, French only has "où"
            "ã(?![oeis]|$)",  # ă: Portuguese has ão, ãe, ãi, irmãs, maçã
            "õ(?!e)",  # ő: Portuguese has õe
            "œ(?![ui])",  # ś: French has œu, œi
            f"[¹²³ºª£¥¢](?={_LETTER})",  # ą, ł, ş, Ł, Ą
            f"{_LETTER}[¹¿¡„“\u2018]",  # ą, ż
            "[A-Za-ln-z][²³]",  # ł: m², cm³ are units
            f"{_LETTER}{{3}}[ºª]",  # ş: nº is a number
            "¿[a-z]",  # ż: Spanish questions begin with a capital
        )
    )
)
_CANDIDATES = (
    ("Windows-1252", "cp1252"),
    (_CENTRAL_NAME, _CENTRAL_CODEC),
    ("Windows-1251 (Cyrillic)", "cp1251"),
    ("Windows-1254 (Turkish)", "cp1254"),
    ("Mac Roman", "mac_roman"),
    ("Shift JIS", "shift_jis"),
    ("GBK", "gbk"),
)


@dataclass(frozen=True)
class Utf8Text:
    """A text as UTF-8 without a byte order mark, and the encoding that it came in.

    Where two are possible the encoding names both, that it was read in first.
    """

    text: bytes
    encoding: str


def as_utf8(content: bytes, *, place: str) -> Utf8Text:
    """The text in UTF-8, if its encoding is certain.

    Args:
        content: Bytes of a text, not packed.
        place: Shop and path, for errors.

    Raises:
        InputDataError: No encoding is certain; names those that it could be in.
    """
    mark, encoding = _marked(content)
    body = content.removeprefix(mark)
    if encoding == "UTF-8":
        wrong = _first_wrong_byte(body)
        if wrong is None:
            return Utf8Text(_without_marks(body), encoding)
        if mark:
            raise _refused_mixture(f"{place} line {_line_of(body, wrong)}")
        return _from_latin(body, wrong, place)
    try:
        return Utf8Text(_without_marks(body.decode(encoding).encode()), encoding)
    except UnicodeError:
        raise _refused(
            place, f"damaged or cut-off {encoding}", "complete text, best in UTF-8"
        ) from None


def _without_marks(text: bytes) -> bytes:
    """Programs that don't know the mark write another one before it."""
    while text.startswith(codecs.BOM_UTF8):
        text = text.removeprefix(codecs.BOM_UTF8)
    return text


def is_wide(content: bytes) -> bool:
    """Whether characters take two or four bytes each, so that zeros are no sign of a binary."""
    return _marked(content)[1] != "UTF-8"


def start_as_text(first_bytes: bytes) -> str:
    """The start of a text, decoded as far as it goes; what can't be is replaced."""
    mark, encoding = _marked(first_bytes)
    return first_bytes.removeprefix(mark).decode(encoding, errors="replace")


def _marked(content: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding that it, or the place of the zeros, tells."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return mark, encoding
    sample = content[:_SAMPLE_BYTES]
    pairs = len(sample) // 2
    even_zeros, odd_zeros = sample[0::2].count(0), sample[1::2].count(0)
    if pairs and odd_zeros > _MOST_ZEROS * pairs and not even_zeros:
        return b"", "UTF-16-LE"
    if pairs and even_zeros > _MOST_ZEROS * pairs and not odd_zeros:
        return b"", "UTF-16-BE"
    return b"", "UTF-8"


def _first_wrong_byte(text: bytes) -> int | None:
    """Place of the first byte that isn't UTF-8; block by block, to bound the memory."""
    if text.isascii():
        # Told in a twentieth of the time.
        return None
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    view = memoryview(text)
    for start in range(0, len(text), _BLOCK_BYTES):
        # A character that began in the block before is reported from its first byte.
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(
                view[start : start + _BLOCK_BYTES], final=start + _BLOCK_BYTES >= len(text)
            )
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None


def _from_latin(content: bytes, wrong: int, place: str) -> Utf8Text:
    here = f"{place} line {_line_of(content, wrong)}"
    words = sorted(set(_WORD.findall(content)))
    if any(_fits([word], "utf-8") for word in words):
        raise _refused_mixture(here)
    if not all(map(_is_western, words)):
        candidates = [name for name, codec in _CANDIDATES if _fits(words, codec)]
        found = f"bytes that aren't UTF-8; they could be {', '.join(candidates) or 'anything'}"
        raise _refused(here, found, "UTF-8")
    # Other than its bytes 80 to 9F, which ISO 8859-1 has no signs for, the two are the same.
    is_windows = any(0x80 <= code <= 0x9F for word in words for code in word)  # noqa: PLR2004
    encoding = "Windows-1252" if is_windows else "ISO-8859-1"
    if _may_be_central(words):
        encoding = f"{encoding} or {_CENTRAL_NAME}"
        logger.warning("%s: read as %s; letters alone don't tell which", place, encoding)
    return Utf8Text(content.decode("cp1252").encode(), encoding)


def _is_western(word: bytes) -> bool:
    try:
        text = word.decode("cp1252")
    except UnicodeDecodeError:
        return False
    bare = text.strip("".join(_SIGNS))
    letters = {letter for letter in bare if not letter.isascii()} - _JOINING - {"ß"}
    is_spelled = any(letters <= language for language in _WESTERN)
    return is_spelled and not _UNWESTERN.search(text)


def _may_be_central(words: list[bytes]) -> bool:
    """Whether words of a western text differ in Windows-1250, and all such could be spelled so."""
    differing = [
        text.strip("".join(_SIGNS))
        for word in words
        if (text := word.decode(_CENTRAL_CODEC, errors="replace")) != word.decode("cp1252")
    ]
    return bool(differing) and all(
        any({letter for letter in text if not letter.isascii()} <= central for central in _CENTRAL)
        for text in differing
    )


def _fits(words: list[bytes], codec: str) -> bool:
    try:
        texts = [word.decode(codec) for word in words]
    except UnicodeDecodeError:
        return False
    return all(letter.isalpha() or letter in _SIGNS for text in texts for letter in text)


def _line_of(text: bytes, position: int) -> int:
    return text.count(b"\n", 0, position) + 1


def _refused_mixture(place: str) -> InputDataError:
    return _refused(place, "UTF-8 with bytes of another encoding in between", "UTF-8 throughout")


def _refused(place: str, found: str, expected: str) -> InputDataError:
    return InputDataError(
        "BP-CSV-ENCODING",
        place=place,
        found=found,
        expected=expected,
        remedy='save it as "CSV UTF-8", or export it again without opening it in a spreadsheet',
    )

"""The encoding of text without a byte order mark: declared, UTF-16, UTF-8, Windows-1252, another.

Nearly any bytes can be decoded as Windows-1252, so it is assumed only where the bytes that are not
UTF-8 are where Western languages have letters and signs: an accented letter next to a plain one, no
capital after a small letter. Cut characters of UTF-8, Cyrillic, Chinese and binary data do not.

Text of other scripts is left to charset-normalizer, if there is enough of it. Other encodings of
Latin letters (Windows-1250, -1254, -1257) are not detected: they are too similar to be told apart.
"""

from __future__ import annotations

import codecs
import re

from assistant.reading.alphabets import encoding_of

WINDOWS = "cp1252"

# In XML and in HTML.
_DECLARED = re.compile(
    rb"\s{0,99}(?:<\?xml\s[^>]*?\bencoding\s*=\s*[\"']"
    rb"|<(?:!doctype|html|head)\b.{0,2000}?<meta\s[^>]{0,200}?\bcharset\s*=\s*[\"']?)"
    rb"([\w.:-]{1,40})",
    re.IGNORECASE | re.DOTALL,
)
# In a comment, as JabRef, Emacs, vim and TeXShop write it, or in the header of a saved search.
# Tags of EndNote are no comments.
_COMMENT = re.compile(
    rb"(?:^|(?<=[\r\n]))[ \t]*"
    rb"(?:%(?![0-9A-Z@!][ \t])|#|;|//|@comment\b|Content(?:-Type)?:)[^\r\n]{0,200}",
    re.IGNORECASE,
)
_IN_COMMENT = re.compile(
    rb"\b(?:(?:file)?encoding|fenc|coding|charset)[ \t]{0,9}[:=][ \t]{0,9}[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
_BIBDESK = re.compile(rb"saved with string encoding ([^\r\n]{1,60})", re.IGNORECASE)
# Bytes, from the first one, that may have such comments.
_COMMENTS = 4_096
# Names that Python does not know, without what is no letter or figure.
_NAMES = {
    "isolatin": "iso8859_1",
    "isolatin1": "iso8859_1",
    "isolatin2": "iso8859_2",
    "isolatin9": "iso8859_15",
    "macosroman": "mac_roman",
    "xmacroman": "mac_roman",
    "windowslatin1": "cp1252",
    "windowslatin2": "cp1250",
    "ansi": "cp1252",
    "windows31j": "cp932",
    "westernisolatin1": "iso8859_1",
    "westernwindowslatin1": "cp1252",
    "westernmacosroman": "mac_roman",
    "centraleuropeanisolatin2": "iso8859_2",
    "centraleuropeanwindowslatin2": "cp1250",
    "japaneseshiftjis": "cp932",
    "japanesewindowsdos": "cp932",
    "japaneseeuc": "euc_jp",
    "simplifiedchinesegb18030": "gb18030",
    "traditionalchinesebig5": "big5",
    "koreaneuc": "cp949",
    "cyrillickoi8r": "koi8_r",
    "cyrillicwindows": "cp1251",
}
_NEWLINE_SUFFIX = re.compile(r"-(?:unix|dos|mac)$", re.IGNORECASE)
# What people mean by these names has more characters, as browsers know.
_MEANT = {"iso8859-1": WINDOWS, "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030"}
_MEANT |= {"euc_kr": "cp949", "iso8859-9": "cp1254"}
_ASCII = bytes(range(32, 127))
# Without a mark: at least 16 NUL bytes, and one ASCII character in 8.
_FEWEST_NULS = 16
_CHARACTERS_TO_ASCII = 8

_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SMALL = rb"\x9a\x9c\x9e\xdf-\xef\xf1-\xf6\xf8-\xfd"
_CAPITAL = rb"\x8a\x8c\x8e\x9f\xc0-\xcf\xd1-\xd6\xd8-\xdd"
# Two accented letters in a row are the most there are, as in "créée".
_LETTERS = rb"(?:[%b]|(?<![a-z])[%b]){1,2}" % (_SMALL, _CAPITAL)
_WORD = re.compile(
    rb"(?<![\x80-\xff])"
    rb"(?:(?<=[A-Za-z])%b(?![\x80-\xff])|%b(?=[A-Za-z])"
    # Words of one letter: French "à", Italian "è", Portuguese "é", Spanish "ó".
    rb"|(?<![A-Za-z])[\xe0\xe8\xe9\xf3\xc0\xc8\xc9\xd3](?![A-Za-z\x80-\xff]))"
    % (_LETTERS, _LETTERS)
)
_QUOTE = re.compile(
    rb"(?<![A-Za-z0-9\x80-\xff])[\x91\x93\xab](?=[A-Za-z0-9\xc0-\xff])"
    rb"|(?<=[A-Za-z0-9.,!?\xdf-\xfe])[\x92\x94\xbb](?![\x80-\xff])"
)
_SIGN = re.compile(
    rb"(?<![\x80-\xff])(?:(?<=\S)[\x85\x99\xa9\xae]|[\xab\xbb](?=\s)|\xb5(?=[A-Za-z])|\xa7(?=[\s\d])"
    rb"|(?<=[\s\dA-Za-z)])[\x96\x97\xa0\xb0-\xb3\xb7\xb9\xd7](?=[\s\w(<.,;)+-]))(?![\x80-\xff])"
)
# Windows-1252 needs 10 times more letters than there are valid characters of UTF-8.
_CHANCE = 10
# One in 20 letters and signs of Windows-1252 may be out of place.
_OUT_OF_PLACE = 20

# Encodings of other scripts than Latin. Those of several bytes a character are recognised by their
# structure, the others by the letters of a language.
_OF_SEVERAL_BYTES = ("gb18030", "big5", "cp932", "euc_jp", "cp949")
_OF_ONE_BYTE = (
    *("cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "koi8_u"),
    *("iso8859_5", "iso8859_6", "iso8859_7"),
)
# On 14 texts in 12 languages, cut to 128 bytes that are not ASCII, 370 of 375 are detected; on 64
# bytes 334.
_FEWEST_BYTES = 128
_LEAST_COHERENCE = 0.3
_SAMPLE_BYTES = 32_768
_LAST_SIGN = re.compile(rb".*[\x00-\x2f]", re.DOTALL)


def wide(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, by where its NUL bytes are; else empty."""
    rows = [head[at::4].count(0) for at in range(4)]
    size = len(head) // 4
    # Of the four bytes of a character, the upper two are NUL, or the uppermost in rare scripts.
    for name, (least, _, third, upper) in (("utf-32-le", rows), ("utf-32-be", rows[::-1])):
        if size >= _FEWEST_NULS and upper >= size and third + least // 2 >= size and least < size:
            return name
    nuls = {"utf-16-be": head[::2].count(0), "utf-16-le": head[1::2].count(0)}
    name = max(nuls, key=nuls.__getitem__)
    enough = max(_FEWEST_NULS, len(head) // 2 // _CHARACTERS_TO_ASCII)
    # The other half is NUL in a few characters, such as the Chinese "one".
    return name if nuls[name] >= max(enough, 4 * min(nuls.values())) else ""


def declared(head: bytes) -> str:
    """The codec that a text declares in its first bytes; empty if it has to be detected.

    UTF-8 and ASCII are detected: old programs declare them whatever they write. So is text that is
    UTF-8 though another encoding is declared: others are hardly ever valid UTF-8 by chance.
    """
    name = _codec(_declared_name(head))
    if not name or name in ("utf-8", "ascii"):
        return ""
    try:
        # The declaration was readable, so a codec that does not contain ASCII is wrong.
        usable = _ASCII.decode(name) == _ASCII.decode()
    except (LookupError, ValueError):
        return ""
    if not usable or (name not in _OF_SEVERAL_BYTES and _is_utf_8(head)):
        return ""
    return name


def _declared_name(head: bytes) -> str:
    found = _DECLARED.match(head)
    for comment in _COMMENT.finditer(head[:_COMMENTS]):
        found = found or _IN_COMMENT.search(comment[0]) or _BIBDESK.search(comment[0])
    return found[1].decode(errors="replace") if found else ""


def _codec(name: str) -> str:
    """Python's name of an encoding, or "" if it is not known."""
    name = _NEWLINE_SUFFIX.sub("", name)
    name = _NAMES.get(re.sub(r"[\W_]+", "", name).lower(), name)
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(known, known)


def _is_utf_8(head: bytes) -> bool:
    """Whether all characters that are not ASCII are those of UTF-8; the last one may be cut."""
    rest, valid = _UTF_8.subn(b"", head[:-3])
    return valid > 0 and rest.isascii()


def detect(data: bytes, more: bytes = b"") -> str:
    """The name of a codec; empty where `data` is ASCII alone, which nearly every codec can decode.

    `more` is what follows `data` in the file: text of other scripts is detected from both.
    """
    if data.isascii():
        return ""
    # The replacement is neither a letter nor a high byte, so it supports nothing next to it.
    rest, valid = _UTF_8.subn(b"\x1a", data)
    high = len(_HIGH.findall(rest))
    rest, quotes = _QUOTE.subn(b'"', rest)
    words = sum(len(_HIGH.findall(found[0])) for found in _WORD.finditer(rest))
    placed = quotes + words + len(_SIGN.findall(rest))
    if placed > _CHANCE * valid and placed >= _OUT_OF_PLACE * (high - placed):
        # Text of some languages in other encodings may look so too.
        return encoding_of(_sample(more or data), looks_western=True) or WINDOWS
    other = _of_other_script(more or data)
    if not other and high > _CHANCE * valid:
        other = encoding_of(_sample(more or data), looks_western=False)
    return other or "utf-8"


def _sample(data: bytes) -> bytes:
    """Lines that are not ASCII, up to a space or sign: the last character may be cut."""
    lines = (line for line in data.split(b"\n") if not line.isascii())
    sample = b"\n".join(lines)[:_SAMPLE_BYTES]
    found = _LAST_SIGN.match(sample)
    return found[0] if found else sample


def _of_other_script(data: bytes) -> str:
    """The encoding of text in another script than Latin; empty where that is not certain."""
    sample = _sample(data)
    high = len(_HIGH.findall(sample))
    in_utf_8 = sum(map(len, _UTF_8.findall(sample)))
    if high < _FEWEST_BYTES or 2 * in_utf_8 > high:
        return ""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=[*_OF_SEVERAL_BYTES, *_OF_ONE_BYTE]).best()
    if best is None:
        return ""
    certain = best.encoding in _OF_SEVERAL_BYTES or best.coherence >= _LEAST_COHERENCE
    return best.encoding if certain else ""

"""Encodings: byte order marks, declared ones, and those that are detected."""

from __future__ import annotations

import io

import pytest

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes, source
from assistant.reading.encoding import detect
from assistant.reading.source import UNREADABLE, Source

WESTERN = [
    "André et l'école à la créée",
    "Müller – “Straße”",
    "Ångström, Ó é, Ñandú",
    "SÃO PAULO",
    "5 µm ± 3 °C",
    "J’ai “dit” §4",
    "“école” «à»",
]


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_of_old_programs(text: str) -> None:
    assert detect(text.encode("cp1252")) == "cp1252"
    assert detect(text.encode()) == "utf-8"


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xc3 and more",
        b"it\xe2\x80s",
        b"x\xffy",
        b"a\xfe\xffb",
        b"\xc3\xa9 is one, Caf\xe9 is damage",
        bytes(range(128, 256)),
        "Привет мир".encode("cp1251"),
        "日本語 text".encode("shift_jis"),
        "Zażółć gęślą".encode("cp1250"),
    ],
)
def test_damage_and_other_encodings_are_not(data: bytes) -> None:
    assert detect(data) == "utf-8"


def test_ascii_says_nothing() -> None:
    assert detect(b"plain") == ""


def read(data: bytes) -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    return list(read_bytes(data, "x", failures.append)), failures


RIS = "TY  - JOUR\nTI  - {}\nAB  - {}\nER  - \n"
BIB = "@article{{k,\n title = {{{}}},\n abstract = {{{}}}\n}}\n"
CSV = '"{}","{}"\n'
JSON = '{{"title": "{}", "abstract": "{}"}}\n'


@pytest.mark.parametrize("form", [RIS, BIB, CSV, JSON])
@pytest.mark.parametrize("ascii_records", [0, 3_000])
def test_files_of_windows_1252(form: str, ascii_records: int) -> None:
    header = "title,abstract\n" if form == CSV else ""
    plain = form.format("Plain", "Of cats and owls, and of nothing else.") * ascii_records
    text = header + plain + form.format("Cafés", "André’s naïve “école”.") + form.format("B", "C.")
    papers, failures = read(text.encode("cp1252"))
    assert failures == []
    assert [(paper.title, paper.abstract) for paper in papers[ascii_records:]] == [
        ("Cafés", "André’s naïve “école”."),
        ("B", "C."),
    ]


@pytest.mark.parametrize("form", [RIS, BIB, JSON])
def test_a_file_of_utf_8_stays_so(form: str) -> None:
    good = form.format("Café", "Naïve.").encode()
    papers, failures = read(good + form.format("Caf\u00e9", "x").encode("cp1252") + good)
    assert [paper.title for paper in papers] == ["Café", "Café"]
    assert len(failures) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_pieces_may_be_of_any_size(
    size: int, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "x" * 70_000 + "\nAndré, é, “naïve” – so\n" + "y" * 300
    monkeypatch.setattr(source, "_CHUNK_BYTES", size)
    stream = io.BufferedReader(io.BytesIO(text.encode(encoding)), source.HEAD_BYTES)
    assert "".join(Source(stream, "x").chunks()) == text


def test_bytes_that_no_encoding_has_are_marked() -> None:
    stream = io.BufferedReader(io.BytesIO("Ach, André: \x81".encode("latin-1")))
    assert Source(stream, "x").text() == f"Ach, André: {UNREADABLE}"


TEXTS = {
    "Russian": "Мы исследуем влияние больших языковых моделей на поиск научной литературы и "
    "показываем, что проверка ответов снижает число ошибок. Данные открыты.",
    "Japanese": "本研究では、大規模言語モデルを用いた論文検索の手法を提案し、その有効性を実験により"
    "示す。提案手法は従来手法よりも高い精度を達成した。データは公開されている。",
    "Chinese": "本文提出了一种基于大语言模型的论文检索方法,并通过实验验证了其有效性。结果表明,"
    "该方法的准确率高于现有方法,代码和数据均已公开。我们还分析了错误的原因,并讨论了今后的研究方向。",
    "Korean": "우리는 대규모 언어 모델을 이용한 논문 검색 방법을 제안하고 실험을 통해 그 효과를 "
    "검증하였다. 제안한 방법은 기존 방법보다 정확하다. 데이터는 공개되어 있다.",
    "Polish": "Zbadaliśmy wpływ dużych modeli językowych na wyszukiwanie literatury naukowej. "
    "Źródła błędów są różne, a ich liczba maleje dzięki łańcuchowi weryfikacji.",
    "French": "Nous étudions l’effet des modèles de langue sur la recherche d’articles "
    "scientifiques, où la vérification réduit le nombre d’erreurs.",
}
DETECTED = [
    ("Russian", "cp1251"),
    ("Russian", "koi8_r"),
    ("Japanese", "cp932"),
    ("Japanese", "euc_jp"),
    ("Chinese", "gb18030"),
    ("Korean", "cp949"),
    ("French", "cp1252"),
    *((language, "utf-8") for language in TEXTS),
]


@pytest.mark.parametrize("form", [RIS, BIB, JSON])
@pytest.mark.parametrize(("language", "encoding"), DETECTED)
def test_real_texts_are_read_in_their_encoding(language: str, encoding: str, form: str) -> None:
    text = TEXTS[language]
    papers, failures = read(
        (form.format("Plain", "ASCII.") + form.format(text, text)).encode(encoding)
    )
    assert failures == []
    assert [paper.title for paper in papers] == ["Plain", text]
    assert papers[1].abstract == text


LATIN = {
    "Polish": (TEXTS["Polish"], ("iso8859_2", "cp1250")),
    "Czech": (
        "Zkoumali jsme vliv velkých jazykových modelů na vyhledávání vědecké literatury. Příčiny "
        "chyb jsou různé a jejich počet klesá díky řetězci ověření.",
        ("iso8859_2", "cp1250"),
    ),
    "Lithuanian": (
        "Ištyrėme didelių kalbos modelių įtaką mokslinės literatūros paieškai. Klaidų priežastys "
        "yra įvairios, o jų skaičius mažėja dėl patikros.",
        ("cp1257",),
    ),
    "names": (
        "Dvořák, Antonín; Wałęsa, Lech; Müller, Jürgen; Šimůnek, Jiří; Žižek, Slavoj; "
        "Łukasiewicz, Jan; Błażejczyk, Krzysztof; Gajdoš, Ján.",
        ("iso8859_2", "cp1250"),
    ),
    "French": (TEXTS["French"], ("cp1252", "mac_roman")),
    "German": (
        "Wir untersuchen die Wirkung großer Sprachmodelle auf die Suche nach Veröffentlichungen; "
        "die Prüfung verringert die Zahl der Fehler für Müller und Größe.",
        ("cp1252", "mac_roman", "cp850"),
    ),
    "Spanish": (
        "Estudiamos el efecto de los modelos de lenguaje en la búsqueda de artículos científicos; "
        "la verificación reduce el número de errores según Núñez.",
        ("cp1252", "mac_roman", "cp850"),
    ),
    "Swedish": (
        "Vi undersöker hur stora språkmodeller påverkar sökning i vetenskaplig litteratur; "
        "kontrollen minskar antalet fel för Åström och öl.",
        ("cp1252", "mac_roman", "cp850"),
    ),
    "Western names": (
        "Gide, André; Müller, Jürgen; García Márquez; Barré, Françoise; Kierkegaard, Søren; "
        "Østby, Åse; naïve.",
        ("cp1252", "mac_roman", "cp850"),
    ),
}


@pytest.mark.parametrize("form", [RIS, BIB, JSON])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("language", "encoding"),
    [(language, name) for language, (_, names) in LATIN.items() for name in names],
)
def test_encodings_of_latin_letters(language: str, encoding: str, end: str, form: str) -> None:
    text = LATIN[language][0]
    written = (form.format("A", "B") + form.format(text, text)).replace("\n", end)
    papers, failures = read(written.encode(encoding))
    assert ([paper.abstract for paper in papers], failures) == (["B", text], [])


@pytest.mark.parametrize("encoding", ["iso8859_2", "cp1250", "mac_roman"])
def test_a_few_words_in_latin_letters_are_reported_unless_declared(encoding: str) -> None:
    """Encodings of Latin letters are too similar: a wrong accent would be stored without a word."""
    text = "crème brûlée" if encoding == "mac_roman" else "Źle, że są"
    papers, failures = read((BIB.format("A", "B") + BIB.format(text, text)).encode(encoding))
    assert [paper.title for paper in papers] == ["A"]
    assert [failure.why for failure in failures] == [
        "it has bytes that are not text: save the file as UTF-8"
    ]
    declared = f"% Encoding: {encoding}\n" + BIB.format(text, text)
    papers, failures = read(declared.encode(encoding))
    assert ([paper.title for paper in papers], failures) == ([text], [])


@pytest.mark.parametrize(
    ("language", "encoding"), [found for found in DETECTED if found[1] not in ("utf-8", "cp1252")]
)
def test_short_texts_are_not_guessed(language: str, encoding: str) -> None:
    """A few characters look like words of many languages: the record is reported."""
    data = BIB.format(TEXTS[language][:20], "B").encode(encoding)
    papers, failures = read(data + BIB.format("A", "B").encode())
    assert [paper.title for paper in papers] == ["A"]
    assert len(failures) == 1


def test_a_declared_encoding_wins() -> None:
    text = "Привет мир"
    xml = f'<?xml version="1.0" encoding="koi8-r"?><rss><channel><item><title>{text}</title>'
    xml += "<author>a</author></item></channel></rss>"
    papers, failures = read(xml.encode("koi8-r"))
    assert ([paper.title for paper in papers], failures) == ([text], [])


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_unicode_with_and_without_a_mark(language: str, encoding: str) -> None:
    text = TEXTS[language]
    papers, failures = read((RIS.format(text, text) * 2).encode(encoding))
    assert ([paper.title for paper in papers], failures) == ([text, text], [])


def test_papers_above_damage_in_utf_16_are_read() -> None:
    good = JSON.format("Título", "Résumé.").encode("utf-16-le")
    failures: list[Failure] = []
    papers = []
    with pytest.raises(FileUnreadable, match=r"x is damaged: byte .* is not UTF-16-LE text; save"):
        for paper in read_bytes(b"\xff\xfe" + good * 3 + b"\x00\xdcA\x00", "x", failures.append):
            papers.append(paper.title)
    assert papers == ["Título"] * 3
    assert failures == []


@pytest.mark.parametrize(
    ("comment", "encoding"),
    [
        ("% Encoding: ISO8859_1", "latin-1"),
        ("% Encoding: Cp1250", "cp1250"),
        ("%Encoding: ISO8859_2", "iso8859_2"),
        ("% This file was created with JabRef 2.10.\n% Encoding: MacRoman", "mac_roman"),
        ("% Encoding: SJIS", "shift_jis"),
        ("% Encoding: GB18030", "gb18030"),
        ("% Encoding: Big5", "big5"),
        ("% Encoding: EUC_KR", "euc_kr"),
        ("% Encoding: KOI8_R", "koi8_r"),
        ("% -*- coding: latin-1 -*-", "latin-1"),
        ("%% -*- mode: bibtex; coding: iso-8859-2-unix -*-", "iso8859_2"),
        ("% vim: set fileencoding=cp1251 :", "cp1251"),
        ("% !TEX encoding = IsoLatin2", "iso8859_2"),
        ("%% Saved with string encoding Western (Mac OS Roman) ", "mac_roman"),
        ("@comment{x-kbibtex-encoding=latin1}", "latin-1"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_that_a_comment_declares(comment: str, encoding: str, end: str) -> None:
    texts = {"shift_jis": "日本語の論文", "gb18030": "中文论文", "big5": "中文論文"}
    texts |= {"euc_kr": "한국어 논문", "koi8_r": "Мы", "cp1251": "Мы", "iso8859_2": "źle"}
    text = texts.get(encoding, "Żle" if encoding == "cp1250" else "café")
    written = f"{comment}\n\n{BIB.format(text, text)}{BIB.format('A', 'B')}".replace("\n", end)
    papers, failures = read(written.encode(encoding))
    assert ([paper.title for paper in papers], failures) == ([text, "A"], [])


@pytest.mark.parametrize(
    "comment",
    [
        "% Encoding: windows-1252",
        "% Encoding: ISO8859_1",
        "% Encoding: UTF-16",
        "% Encoding: nonsense",
    ],
)
def test_utf_8_is_read_whatever_a_comment_says(comment: str) -> None:
    papers, failures = read(f"{comment}\n\n{BIB.format('Café', 'Naïve.')}".encode())
    assert ([paper.title for paper in papers], failures) == (["Café"], [])


def test_a_comment_that_says_utf_8_where_it_is_not() -> None:
    papers, failures = read(f"% Encoding: UTF-8\n\n{BIB.format('Café', 'B')}".encode("cp1252"))
    assert ([paper.title for paper in papers], failures) == (["Café"], [])


@pytest.mark.parametrize(
    "joint", ["\n", "\r", "\u2028", "\x85", "\x0c", "\ufeff", "\n\ufeff", "\n\x1a"]
)
@pytest.mark.parametrize(
    "record",
    [
        JSON.format("A", "B").strip(),
        '[{"type": "book", "title": "A", "DOI": "10.1000/1", "abstract": "B"}]',
        '<?xml version="1.0"?><rss><channel><item><title>A</title><author>b</author>'
        "<link>https://doi.org/10.1000/a</link><description>B</description></item></channel></rss>",
    ],
)
def test_documents_that_were_joined(record: str, joint: str) -> None:
    papers, failures = read(f"\ufeff{record}{joint}{record}{joint}".encode())
    assert ([paper.title for paper in papers], failures) == (["A", "A"], [])

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.text.sentences import sentence_spans, sentences


@pytest.mark.parametrize(
    "text",
    [
        "Two tasks, e.g. Sorting and i.e. Searching, are used.",
        "It was shown by Weiss et al. (2022) and by Abbe et al. Nature reported it.",
        "Fig. 3 and Eq. 4 show 3.5 vs. 4.5 points.",
        "J. S. Bach wrote it with E. coli.",
        "See https://a.org/x.y?z=1.2 for v. 1.2.3 of the tool, No. 5.",
        "Learning is hard [12]. ",
        "In the formula $a. B = c$ nothing ends.",
        "1. This is an item.",
        "1.) show that it reproduces and 2.) that it is reused.",
        "The U.S. Army paid.",
        "Yahoo! is one name.",
    ],
)
def test_stays_one_sentence(text: str) -> None:
    assert sentences(text) == [text.strip()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. Next, it fails.", ["It works.", "Next, it fails."]),
        ("Is it? Yes! So it is.", ["Is it?", "Yes!", "So it is."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("See [1]. It holds.[2,3] We go on.", ["See [1].", "It holds.[2,3]", "We go on."]),
        ("In 2024. It is 3.5. 12 remain.", ["In 2024.", "It is 3.5.", "12 remain."]),
        ("Cats, dogs, etc. We count them.", ["Cats, dogs, etc.", "We count them."]),
        ("This is plan B. The plan works.", ["This is plan B.", "The plan works."]),
        ("We avoid EM. iLA-SDP is stable.", ["We avoid EM.", "iLA-SDP is stable."]),
        ("It is at x.org/y . More is ...", ["It is at x.org/y .", "More is ..."]),
        ("First part\n\nsecond part", ["First part", "second part"]),
        ("A line\nthat goes on. It ends.", ["A line\nthat goes on.", "It ends."]),
        ("It costs $5. That is $6 more.", ["It costs $5.", "That is $6 more."]),
        ("这是第一句。这是第二句。", ["这是第一句。", "这是第二句。"]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_cuts_between_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_spans_lie_in_order_and_leave_out_only_white_space(shared_data: Path) -> None:
    page = (shared_data / "trending_page.txt").read_text(encoding="utf-8")
    for text in [line for line in page.splitlines() if len(line) > 300]:
        spans = sentence_spans(text)
        assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
        ends = [0, *(end for _, end in spans)]
        starts = [*(start for start, _ in spans), len(text)]
        assert not "".join(text[end:start] for end, start in zip(ends, starts, strict=True)).strip()
        assert len(spans) > 3


@pytest.mark.parametrize(
    ("joint", "expected"),
    [
        # Full stops and question marks of other alphabets.
        ("", "水在零度结冰。|为什么？|见图2[7]。|“不变。”|完！"),
        ("", "雨が降る。[3]|なぜか？|（図を参照。）|以上である｡"),
        ("", "水温较低.|我们测了3.5度.|为什么?|不知道."),
        ("", "実験を行った．|値は３．５である．"),
        (" ", "वर्षा हुई।|क्यों ?|मान 2.5 था [१२]।|समाप्त ॥"),
        (" ", "বৃষ্টি হলো।|কেন?|মান ২.৫ ছিল।"),
        (" ", "بارش ہوئی۔|کیوں؟|قیمت 2.5 تھی۔"),
        (" ", "هطل المطر.|لماذا؟|القيمة ٢٫٥ فقط."),
        (" ", "Անձրև եկավ։|Ինչո՞ւ։|Արժեքը 2,5 է։"),
        (" ", "ዝናብ ዘነበ።|ለምን?|ዋጋው 2.5 ነው።"),
        (" ", "Η βροχή έπεσε.|Γιατί έπεσε η βροχή;|Μετρήσαμε νερό, αλάτι κ.λπ.;|Ναι."),
        # With a full stop of its own, `.` ends nothing.
        ("", "由H. J. Li等人提出（ver. 2）。|使用E. coli菌。"),
        (" ", "डॉ. के. एस. राव ने 1928 ई. में लिखा।|यह नया था।"),
        (" ", "Հ. Ս. Պողոսյանը ծնվել է 1903 թ. Երևանում։|Նա գրել է. «Այո»։"),
        (" ", "በ1990 ዓ.ም. ተጀመረ።|አ. በቀለ ጻፉ።"),
        # But it does in an English part of the text.
        (
            " ",
            "It rained on every day of the long week.|"
            "It froze again on the very last day of the year.|水结冰。",
        ),
        # Quotations and brackets.
        (
            "",
            "彼は「眠い！もう寝る。」と言った。|「本当？」という問いが残る。|「はい。」は短い。",
        ),
        ("", "他说：“很好！非常好。”|我们同意。|“是吗？”的问题仍在。"),
        (" ", "Er rief: »Fertig!«, und ging.|„Wirklich?“|Dann war Ruhe."),
        (" ", "« C'est peu ! », dit-on.|Il dit : « Rien. »|C'est tout."),
        (" ", "«Снег идёт!» — сказал Иван.|«Вот и всё.»|Мы ушли (см. рис. 2. Там снег)."),
        (" ", 'उसने कहा, "वर्षा हुई। अब धूप है।" और चला गया।|हम रुके।'),
        (" ", 'אמרו כי "הגשם ירד."|ד"ר י. לוי שתק.'),
        (" ", "It holds (see Fig. 2. It is new) here.|(This is one.)|So is it (by Li et al.)."),
        (" ", '"क्यों?" उसने पूछा।|वह बोला: "यहाँ!"|हम रुके।'),
        ("", "“为什么？”她问。|他答：“不！”|完。"),
        (" ", "قسنا المعادن (الحديد، النحاس، إلخ.) مرتين.|ثم انتهينا."),
        # Superscript references.
        (" ", "It works.¹²|It holds.³,⁴|We go on."),
        # Thai has no mark, but words that sentences begin with.
        (" ", "บทความนี้วัดอุณหภูมิ 3.5 องศา|นอกจากนี้ ดร. ก. ใจดี วัดความชื้น"),
    ],
)
def test_cuts_texts_in_other_alphabets(joint: str, expected: str) -> None:
    assert sentences(expected.replace("|", joint)) == expected.split("|")


@pytest.mark.parametrize(
    "expected",
    [
        "Am 3. Oktober fiel Schnee, d. h. im 4. Quartal.|Er lag ca. 2 cm hoch (vgl. Abb. 2).",
        "Das gilt im 19. Jahrhundert bzw. Mittelalter.|Es waren 12.|Die Zahl stieg.",
        "Wir maßen Eisen, Zink usw.|Der Wert sank im Jahr 12 n. Chr. stark.|Wir danken.",
        "Les eaux de M. H. Blanc et al. (2003) sont dans le tab. 2.|On y a mis du fer, etc.|Rien.",
        "Los datos del Dr. T. Ruiz son de 300 a. C. y de EE. UU.|Sin embargo, sirven.",
        "A Dr.ª L. Reis foi a SP, RJ etc.|Depois, no séc. XVI, p. ex., não foi.",
        "Il sig. Verdi (cfr. pag. 3) usò la sabbia, ecc.|La città, ad es. Roma, è grande.",
        "Prof. Dr. A. Kaya bunu (bkz. Şek. 2) yazdı.|Bu II. Murat ve 21. yüzyılda oldu.",
        "W 1543 r. Kopernik wydał je, np. Adamowi.|Druk trwał do końca 1543 r.|Czy to dużo?",
        "TS. N. V. Minh và các bạn đo lúa, ngô, v.v.|Kết quả của TS. Minh rất tốt.",
        "В 1895 г. А. С. Котов измерил т. е. лёд и др.|Мы повторили опыт в 1999 г.|Это всё.",
        "Довжина 5 см.|Ми виміряли сніг, лід та ін.|Це с. 3 з табл. 2.",
        "Ο Γ. Νίκου μέτρησε νερό, αλάτι κ.ά.|Βλ. Πίν. 2 και σελ. 3.",
        "دکتر م. رضایی در ص. ۱۲ نوشت.|این درست است.",
        "הספר של א. ב. כהן יצא.|מדדנו מים, מלח וכו'.|סוף.",
        "डॉ. एस. राव ने यह लिखा है.|हमने 12 नमूने लिए.",
        "Die Zahl gilt für den Typ A.|Proben von R. Weiss und der Firma sind bei 300 K.|Ende.",
        "Мы взяли витамин D.|Показано, что Г. Кох прав.|Это гипотеза А.|Опыт H. J. Lee удался.",
        "Bu olay 1. Ordu için önemliydi.|Sonuç budur.",
        "GS.TS. Minh và các bạn đã đến.|Kết quả này là của nhóm A.|Xong.",
        "본 연구는 E. coli를 썼다.|물, 소금 등.|값은 2.5이다.",
    ],
)
def test_keeps_abbreviations_of_other_languages(expected: str) -> None:
    assert sentences(expected.replace("|", " ")) == expected.split("|")


@pytest.mark.parametrize(
    "text",
    [
        "He wants no. Die cast parts vary.",
        "This is the abb. Der is a name.",
        "It was a str. Was it?",
    ],
)
def test_abbreviations_of_other_languages_do_not_hold_in_english(text: str) -> None:
    assert len(sentences(text)) == 2


@pytest.mark.parametrize(
    "unit", ["(", "“", '"a ', "«", "(a.(a. ", "(a) ", "......x", "。」", "А. ", "α; ", "\n(", "[1,"]
)
def test_hostile_repetitions_are_split_and_lose_nothing(unit: str) -> None:
    text = unit * 100_000
    found = sentences(text)
    assert "".join("".join(found).split()) == "".join(text.split())

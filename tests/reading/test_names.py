"""Names of authors: every order, script and separator, and what stands beside a name."""

from __future__ import annotations

import pytest

from assistant.reading import names, single_names
from assistant.reference import display_name

PAIR = ["Ada Lovelace", "Alan Turing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Several names in one text.
        ("Garner, G.N., Seward, F.A.", ["G.N. Garner", "F.A. Seward"]),
        # Wrapped after a comma; semicolons between the institutes in brackets.
        ("G. Garner,\n  Frank Seward and\n  Bo Lee", ["G. Garner", "Frank Seward", "Bo Lee"]),
        (
            "G. Garner (1,2), F. Seward\n  (3), B. Lee (4) (1\n  Bonn; 2 Rome, Italy; 3 Bern)",
            ["G. Garner", "F. Seward", "B. Lee"],
        ),
        ("Garner, G. N., Seward, F. A., Lee, B.", ["G. N. Garner", "F. A. Seward", "B. Lee"]),
        ("Garner, G.N., & Seward, F.A.", ["G.N. Garner", "F.A. Seward"]),
        ("Garner, G.N., and Seward, F.A.", ["G.N. Garner", "F.A. Seward"]),
        ("Garner, GN, Seward, FA", ["GN Garner", "FA Seward"]),
        ("Garner, G.-N., Seward, F.", ["G.-N. Garner", "F. Seward"]),
        ("van der Berg, C., de la Cruz, M.", ["C. van der Berg", "M. de la Cruz"]),
        ("Garner, George N., Seward, Frank", ["George N. Garner", "Frank Seward"]),
        ("Smith, J., Jr., Lee, A.", ["J. Smith Jr.", "A. Lee"]),
        ("Smith, J., A. Lee, and B. Doe", ["J. Smith", "A. Lee", "B. Doe"]),
        ("Smith, John and Ada Lovelace", ["John Smith", "Ada Lovelace"]),
        ("Smith, John and Lovelace, Ada", ["John Smith", "Ada Lovelace"]),
        ("Müller, Jörg and Łukasz, A.", ["Jörg Müller", "A. Łukasz"]),
        ("Smith J, Lee AB, van der Berg C", ["Smith J", "Lee AB", "van der Berg C"]),
        ("A. One, B. Two, and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("A. One, B. Two and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("A. One and B. Two", ["A. One", "B. Two"]),
        ("Ada Lovelace, Alan Turing", PAIR),
        ("Ada Lovelace & Alan Turing", PAIR),
        ("Ada Lovelace, Alan Turing, et al.", PAIR),
        ("Ada Lovelace, Alan Turing and others", PAIR),
        ("Ada Lovelace, Alan Turing, ...", PAIR),
        ("Smith, J., Lee, A., ... Zhou, B.", ["J. Smith", "A. Lee", "B. Zhou"]),
        ("Smith, J., Lee, A., . . . Zhou, B.", ["J. Smith", "A. Lee", "B. Zhou"]),
        ("Smith, J., … Zhou, B.", ["J. Smith", "B. Zhou"]),
        ("Smith J et al.", ["Smith J"]),
        ("Smith, J. et al", ["J. Smith"]),
        ("Ada Lovelace; Alan Turing", PAIR),
        ("Lovelace, Ada; Turing, Alan;", PAIR),
        ("Smith, J.; Lee, A.; and Doe, B.", ["J. Smith", "A. Lee", "B. Doe"]),
        ("Lovelace, Ada|Turing, Alan", PAIR),
        ("Lovelace, Ada\nTuring, Alan", PAIR),
        ("Ada Lovelace\nAlan Turing\n", PAIR),
        ("Ada Lovelace,\nAlan Turing,\nGrace Hopper", [*PAIR, "Grace Hopper"]),
        ("Lovelace, Ada;\r\nTuring, Alan", PAIR),
        ("Ada Lovelace and Alan\n  Turing", PAIR),
        ("Ada Lovelace, Alan\n  Turing, Grace Hopper", [*PAIR, "Grace Hopper"]),
        # One name.
        ("Ada Lovelace", ["Ada Lovelace"]),
        ("Lovelace, Ada", ["Ada Lovelace"]),
        ("García Márquez, Gabriel", ["Gabriel García Márquez"]),
        ("van Dyke, Ada Mary", ["Ada Mary van Dyke"]),
        ("O'Brien, Miles", ["Miles O'Brien"]),
        ("Иванов, И. И.", ["И. И. Иванов"]),
        ("Anderson Sand", ["Anderson Sand"]),
        ("Plato", ["Plato"]),
        # Scripts without spaces.
        ("王, 小明", ["王小明"]),
        ("王小明", ["王小明"]),
        ("欧阳, 修", ["欧阳修"]),
        ("김, 철수", ["김철수"]),
        ("王, 小明; 李, 雷", ["王小明", "李雷"]),
        ("王, 小明 and 李, 雷", ["王小明", "李雷"]),
        ("王, 小明, 李, 雷", ["王小明", "李雷"]),
        ("王小明, 李雷", ["王小明", "李雷"]),
        ("王小明，李雷", ["王小明", "李雷"]),
        ("王小明、李雷", ["王小明", "李雷"]),
        ("王小明；李雷", ["王小明", "李雷"]),
        ("王小明\n李雷", ["王小明", "李雷"]),
        # Groups.
        ("World Health Organization", ["World Health Organization"]),
        ("Ministry of Health, Labour and Welfare", ["Ministry of Health, Labour and Welfare"]),
        ("Department of Health and Human Services", ["Department of Health and Human Services"]),
        ("Barnes and Noble, Inc.", ["Barnes and Noble, Inc."]),
        ("The ATLAS Collaboration, Ada Lovelace and Alan Turing",
         ["The ATLAS Collaboration", "Ada Lovelace", "Alan Turing"]),
        ("Smith, J.; Ministry of Health, Labour and Welfare",
         ["J. Smith", "Ministry of Health, Labour and Welfare"]),
        ("Press, W. H., Teukolsky, S. A.", ["W. H. Press", "S. A. Teukolsky"]),
        # What is beside a name.
        ("A. Mishchenko (1 and 2) and N. Nagaosa\n  (1) ((1) CREST, Japan, (2) Tokyo)",
         ["A. Mishchenko", "N. Nagaosa"]),
        ("Ada Lovelace (University of X, Y), Alan Turing (Z)", PAIR),
        ("M&uuml;ller, J.; Lee, A.", ["J. Müller", "A. Lee"]),
        ("Lovelace, Ada (ada@x.example); Turing, Alan", PAIR),
        ("", []),
        (" ; ", []),
        ("et al.", []),
        ("[No author name available]", []),
        ("Anonymous", []),
    ],
)  # fmt: skip
def test_names_in_one_text(text: str, expected: list[str]) -> None:
    assert names.people(text) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Lovelace , Ada ", "Ada Lovelace"),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("King, M. L., III", "M. L. King III"),
        ("Martin Luther King, Jr.", "Martin Luther King Jr."),
        ("García Márquez, Gabriel José", "Gabriel José García Márquez"),
        ("de la Cruz, María", "María de la Cruz"),
        ("Beethoven, Ludwig van", "Ludwig van Beethoven"),
        ("'t Hooft, Gerard", "Gerard 't Hooft"),
        ("Press, William H.", "William H. Press"),
        ("L'Hospital, Guillaume", "Guillaume L'Hospital"),
        ("Smith, MD", "MD Smith"),
        ("王, 小明", "王小明"),
        ("山田, 太郎", "山田太郎"),
        ("박, 지성", "박지성"),
        # Groups.
        ("World Health Organization,", "World Health Organization"),
        ("Ministry of Health, Labour and Welfare", "Ministry of Health, Labour and Welfare"),
        ("University of Foo, Department of Maths", "University of Foo, Department of Maths"),
        ("Acme, Inc.", "Acme, Inc."),
        ("ATLAS Collaboration (CERN)", "ATLAS Collaboration (CERN)"),
        ("AT&T", "AT&T"),
        # What is beside a name.
        ("Still, Andy N. (andy.still@uni.example)", "Andy N. Still"),
        ("Still, Andy N. <andy.still@uni.example>", "Andy N. Still"),
        ("Still, Andy N., andy.still@uni.example", "Andy N. Still"),
        ("Andy N. Still andy.still@uni.example", "Andy N. Still"),
        ("Andy N. Still [e-mail: andy.still@uni.example]", "Andy N. Still"),
        ("andy.still@uni.example (Andy Still)", "Andy Still"),
        ("Lovelace, Ada (ORCID: 0000-0002-1825-0097)", "Ada Lovelace"),
        ("Lovelace, Ada 0000-0002-1825-009X", "Ada Lovelace"),
        ("Ada Lovelace (https://orcid.org/0000-0002-1825-0097)", "Ada Lovelace"),
        ("Ada Lovelace, https://orcid.org/0000-0002-1825-0097", "Ada Lovelace"),
        ("Lovelace, Ada (University of London, UK)", "Ada Lovelace"),
        ("Lovelace, Ada [University of London]", "Ada Lovelace"),
        ("Lovelace, Ada, University of London, UK", "Ada Lovelace"),
        ("Ada Lovelace, University of London", "Ada Lovelace"),
        ("Koren, Osa: Some University, Town, Country", "Osa Koren"),
        ("Ada Lovelace, Ph.D.", "Ada Lovelace"),
        ("Ada Lovelace, MD, PhD", "Ada Lovelace"),
        ("Lovelace, Ada, PhD", "Ada Lovelace"),
        ("Dr. Ada Lovelace", "Ada Lovelace"),
        ("Prof. Dr. Ada Lovelace", "Ada Lovelace"),
        ("Lovelace, Ada (Ed.)", "Ada Lovelace"),
        ("Lovelace, Ada, ed.", "Ada Lovelace"),
        ("Ada Lovelace*", "Ada Lovelace"),
        ("Ada Lovelace†‡", "Ada Lovelace"),
        ("Ada Lovelace1", "Ada Lovelace"),
        ("Ada Lovelace1,2", "Ada Lovelace"),
        ("Ada Lovelace 1,2", "Ada Lovelace"),
        ("Ada Lovelace¹²", "Ada Lovelace"),
        ("Smith J(1)(2)", "Smith J"),
        ("Ada Lovelace 0001", "Ada Lovelace"),
        ("Ada Lovelace (Countess", "Ada Lovelace"),
        ("and Ada Lovelace", "Ada Lovelace"),
        ("& Ada Lovelace", "Ada Lovelace"),
        ("Ada Lovelace et al.", "Ada Lovelace"),
        ("Ada Lovelace and others", "Ada Lovelace"),
        ("Ada Lovelace,", "Ada Lovelace"),
        ("Ver\u00c3\u00adssimo, Antonio", "Antonio Veríssimo"),
        ("<b>Ada</b> Lovelace", "Ada Lovelace"),
        ("Anders Ander", "Anders Ander"),
        ("Nguyen Thi An", "Nguyen Thi An"),
        ("X Æ", "X Æ"),
        # Nobody.
        *((nobody, "") for nobody in (
            "", ",", "et al", "et al.", "Et Al.", "and others", "others", "...", ". . .", "…",
            "Anonymous", "[Anonymous]", "[anon.]", "anonymous authors", "Unknown", "Unknown author",
            "[No authors listed]", "No author", "N/A", "-", "???", "null", "None",
        )),
    ],
)  # fmt: skip
def test_one_name(written: str, expected: str) -> None:
    assert single_names.given_first(written) == expected
    assert single_names.given_first(expected) == expected or "," in expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["Lovelace, Ada", "Alan Turing"], PAIR),
        (["García Márquez, Gabriel José"], ["Gabriel José García Márquez"]),
        (["Smith, J., Lee, A., Doe, B."], ["J. Smith", "A. Lee", "B. Doe"]),
        (["Smith J; Lee A", "Doe B"], ["Smith J", "Lee A", "Doe B"]),
        (["Ada Lovelace and Alan Turing"], PAIR),
        (["One", {"name": " Two\n"}, {"id": 3}, None, 5], ["One", "Two"]),
        (
            [{"first": "Kara", "middle": ["B."], "last": "Singer", "suffix": ""}],
            ["Kara B. Singer"],
        ),
        ([{"given": "Ada", "family": "Lovelace"}], ["Ada Lovelace"]),
        ([{"given": "小明", "family": "王"}], ["王小明"]),
        (
            [{"given": "Ludwig", "family": "Beethoven", "non-dropping-particle": "van"}],
            ["Ludwig van Beethoven"],
        ),
        ([{"given": "M. L.", "family": "King", "suffix": "Jr."}], ["M. L. King Jr."]),
        ([{"literal": "World Health Organization"}], ["World Health Organization"]),
        ([{"lastName": "Lovelace", "firstName": "Ada"}], ["Ada Lovelace"]),
        ([{"last_name": "Lovelace", "first_name": "Ada"}], ["Ada Lovelace"]),
        ([{"surname": "Lovelace", "forenames": "Ada"}], ["Ada Lovelace"]),
        ([{"familyName": "Bon", "givenName": "Andrea", "name": "Bon, Andrea"}], ["Andrea Bon"]),
        ([{"name": "Bon, Andrea"}], ["Andrea Bon"]),
        (
            [{"name": "Health, Labour and Welfare", "nameType": "Organizational"}],
            ["Health, Labour and Welfare"],
        ),
        ([{"author": {"display_name": "Ada Lovelace"}}], ["Ada Lovelace"]),
        ([{"creatorType": "editor", "lastName": "X", "firstName": "Y"}], []),
        ([{"name": "et al."}, "..."], []),
        ({"name": "Ada Lovelace"}, ["Ada Lovelace"]),
        ([["Ada Lovelace"]], ["Ada Lovelace"]),
        (None, []),
        (5, []),
    ],
)
def test_lists_of_names(value: object, expected: list[str]) -> None:
    assert names.people(value) == expected


def test_a_comma_divides_a_name_where_the_family_name_is_known_to_be_first() -> None:
    assert names.people("Lovelace Byron, Ada Mary", family_first=True) == [
        "Ada Mary Lovelace Byron"
    ]
    assert names.people("Lovelace Byron, Ada Mary") == ["Lovelace Byron", "Ada Mary"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lovelace", {"family": "Lovelace", "given": "Ada"}),
        ("Lovelace, Ada Mary", {"family": "Lovelace", "given": "Ada Mary"}),
        ("García Márquez, Gabriel", {"family": "García Márquez", "given": "Gabriel"}),
        ("Ludwig van Beethoven",
         {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}),
        ("van Beethoven, Ludwig",
         {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}),
        ("Beethoven, Ludwig van",
         {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}),
        ("María de la Cruz",
         {"family": "Cruz", "given": "María", "non-dropping-particle": "de la"}),
        ("De Vries, Hugo", {"family": "De Vries", "given": "Hugo"}),
        ("King, Martin Luther, Jr.",
         {"family": "King", "given": "Martin Luther", "suffix": "Jr."}),
        ("King, Jr., Martin Luther",
         {"family": "King", "given": "Martin Luther", "suffix": "Jr."}),
        ("Martin Luther King Jr.", {"family": "King", "given": "Martin Luther", "suffix": "Jr."}),
        ("Martin Luther King, Jr.", {"family": "King", "given": "Martin Luther", "suffix": "Jr."}),
        ("William Gates III", {"family": "Gates", "given": "William", "suffix": "III"}),
        ("Smith JA", {"family": "Smith", "given": "JA"}),
        ("van der Berg C",
         {"family": "Berg", "given": "C", "non-dropping-particle": "van der"}),
        ("J. A. Smith", {"family": "Smith", "given": "J. A."}),
        ("王, 小明", {"family": "王", "given": "小明"}),
        ("王小明", {"literal": "王小明"}),
        ("Plato", {"literal": "Plato"}),
        ("{World Health Organization}", {"literal": "World Health Organization"}),
        ("{Barnes and Noble}", {"literal": "Barnes and Noble"}),
        ("World Health Organization", {"literal": "World Health Organization"}),
        ("Labour and Welfare,", {"literal": "Labour and Welfare"}),
        ("Ministry of Health, Labour and Welfare",
         {"literal": "Ministry of Health, Labour and Welfare"}),
        ("Lovelace, Ada (ORCID: 0000-0002-1825-0097)", {"family": "Lovelace", "given": "Ada"}),
        ("et al.", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_csl_name(text: str, expected: dict[str, str]) -> None:
    assert single_names.csl_name(text) == expected


@pytest.mark.parametrize("between", ["; ", ";\n", "|"])
def test_large_collaborations(between: str) -> None:
    assert names.people(between.join(["Lovelace, Ada"] * 5_000)) == ["Ada Lovelace"] * 5_000


def test_a_text_that_is_no_name_stays() -> None:
    text = "ada@x.example " * 10_000
    assert single_names.given_first(text) == text.strip()


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"first": "Ada", "middle": ["B.", "C."], "last": "King"},
         {"family": "King", "given": "Ada B. C."}),
        ({"firstName": "Ada", "first": "Ada", "last-name": "King"},
         {"family": "King", "given": "Ada"}),
        ({"Surname": "Berg", "initials": "C. D.", "prefix": "van der"},
         {"family": "Berg", "given": "C. D.", "non-dropping-particle": "van der"}),
        ({"person_or_org": {"family_name": "King", "given_name": "Ada"}},
         {"family": "King", "given": "Ada"}),
        ({"author": {"display_name": "Ada King"}, "raw_author_name": "King, Ada"},
         {"family": "King", "given": "Ada"}),
        ({"family": "King (University of X)", "given": "Ada"}, {"family": "King", "given": "Ada"}),
        ({"name": "Press, Inc", "nameType": "organizational"}, {"literal": "Press, Inc"}),
        ({"last": "王", "first": "小明"}, {"family": "王", "given": "小明"}),
    ],
)  # fmt: skip
def test_the_parts_of_an_object(person: dict[str, object], expected: dict[str, str]) -> None:
    assert names.csl_person(person) == expected
    assert names.people([person]) == [display_name(expected)]


def test_mojibake_with_a_soft_hyphen_in_the_parts_of_a_name_is_repaired() -> None:
    garbled = "Garcí".encode().decode("latin-1")
    assert "\xad" in garbled
    assert names.people([{"given": "Augusto", "family": f"{garbled}a"}]) == ["Augusto García"]
    assert names.csl_person({"given": "Augusto", "family": f"{garbled}a"})["family"] == "García"

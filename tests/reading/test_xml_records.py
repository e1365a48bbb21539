"""Records out of XML: any size, any damage, and nothing fetched or expanded."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from hang_guard import hang_guard
from source_support import skipping, source_of

from assistant.errors import FileUnreadable
from assistant.reading.format import Failure
from assistant.reading.markup import plain
from assistant.reading.source import HEAD_BYTES, Source
from assistant.reading.xml_records import records, root, text

NAMES = frozenset({"r"})


def read(data: bytes | str) -> tuple[list[tuple[int, str]], list[Failure]]:
    failures: list[Failure] = []
    found = records(source_of(data), NAMES, skipping("x", failures.append))
    return [(line, text(element)) for line, element in found], failures


def test_records_come_with_their_lines_without_namespaces() -> None:
    failures: list[Failure] = []
    data = '<a xmlns:n="u">\n<x>no</x><n:r n:k="v">a<r>b</r>c</n:r>\n\n<r/></a>'
    (first, second) = records(source_of(data), NAMES, skipping("x", failures.append))
    assert (first[0], second[0]) == (2, 4)
    assert (first[1].tag, first[1].attrib, text(first[1])) == ("r", {"k": "v"}, "abc")
    assert failures == []


@pytest.mark.parametrize(
    "head",
    [
        "<feed>",
        "\n<?xml version='1.0'?>\n<!-- <other> -->\n<feed xmlns='u'>",
        '<!DOCTYPE feed PUBLIC "a" "b"><n:feed/>',
        '<!DOCTYPE feed [<!ENTITY a "b">]>\n<feed >',
    ],
)
def test_root_is_the_first_element(head: str) -> None:
    assert root(head) == "feed"


@pytest.mark.parametrize("head", ["", "feed", "{}", "<", "< feed>", "<?xml", "<!-- <feed>", "a<b>"])
def test_what_is_no_xml_has_no_root(head: str) -> None:
    assert root(head) == ""


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "definitions",
    [
        '<!ENTITY e "harmless">',
        '<!ENTITY e0 "boom">' + BOMB,
        f'<!ENTITY e "{"x" * 100_000}">',
        '<!ENTITY e SYSTEM "file:///etc/passwd">',
        '<!ENTITY e SYSTEM "http://evil.test/x">',
        '<!ENTITY % e SYSTEM "http://evil.test/x.dtd"> %e;',
        '<!NOTATION n SYSTEM "n"><!ENTITY e SYSTEM "x" NDATA n>',
    ],
)
def test_files_that_define_entities_are_refused(definitions: str) -> None:
    with pytest.raises(
        FileUnreadable, match=r"^x defines the XML entity .* in line 2: .*; remove them"
    ):
        read(f"<?xml version='1.0'?>\n<!DOCTYPE a [{definitions}]><a><r>&e;</r></a>")


def test_a_description_elsewhere_is_not_fetched() -> None:
    found, failures = read('<!DOCTYPE a SYSTEM "file:///dev/zero"><a><r>a&nbsp;b&e;</r></a>')
    assert (found, failures) == ([(1, "a\xa0b&e;")], [])


def test_entities_of_web_pages_are_known_everywhere() -> None:
    assert read("<a><r>&eacute;&lt;&#233;&#x1F600;</r></a>") == ([(1, "é<é😀")], [])


@pytest.mark.parametrize(
    ("damaged", "line", "why"),
    [
        ("<r>2</r>\n<r>3", 3, "the file ends here in a record that begins in line 3: it was cut"),
        ("<r>2</r>\n<r", 3, "the file ends here: it was cut"),
        ("<r>2</r>\n", 3, "the file ends here: it was cut"),
        ("<r>2</r>\n<r>3</q></a>", 3, "the XML is damaged here in a record"),
        ("<r>2</r>\n<r>a & b</r></a>", 3, "the XML is damaged here in a record"),
        ("<r>2</r></a>\njunk", 3, "the XML is damaged here (junk after document element)"),
    ],
)
def test_damage_costs_only_what_follows(damaged: str, line: int, why: str) -> None:
    found, failures = read("<a><r>1</r>\n" + damaged)
    assert found == [(1, "1"), (2, "2")]
    assert len(failures) == 1
    assert failures[0].where == f"x:{line}"
    assert failures[0].why.startswith(why)


def test_every_cut_keeps_the_records_before_it() -> None:
    data = '<?xml version="1.0"?>\n<a><r>één</r>\n<r k="v">two</r></a>'.encode()
    for cut in range(1, len(data)):
        found, failures = read(data[:cut])
        assert len(found) == data[:cut].count(b"</r>")
        assert len(failures) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding: str) -> None:
    assert read("<a>\r\n<r>é</r></a>".encode(encoding)) == ([(2, "é")], [])


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "GB2312"])
def test_declared_encodings(encoding: str) -> None:
    data = f"<?xml version='1.0' encoding='{encoding}'?><a><r>é</r></a>"
    assert read(data.encode(encoding)) == ([(1, "é")], [])


@pytest.mark.parametrize("encoding", ["UTF-16", "punycode", "rot13", "nonsense"])
def test_declarations_that_cannot_be_true_are_passed_over(encoding: str) -> None:
    data = f"<?xml version='1.0' encoding='{encoding}'?><a><r>é</r></a>"
    assert read(data) == ([(1, "é")], [])


def test_undecodable_bytes_and_control_characters_cost_one_record_at_most() -> None:
    found, failures = read(b"<a><r>1\x0b</r>\n<r>caf\xff</r><r>3</r></a>")
    assert found == [(1, "1"), (2, "3")]
    assert failures == [Failure("x:2", "it has bytes that are not text: save the file as UTF-8")]


def test_documents_one_after_the_other() -> None:
    one = "<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'b'>\n<a><r>1</r></a>\n"
    assert read(one * 3) == ([(3, "1"), (6, "1"), (9, "1")], [])
    assert len(read("<a><r>1</r></a>" * 30_000)[0]) == 30_000


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("<a><r>" + "x" * 17_000_000 + "</r><r>1</r></a>", "it is too large for a paper's record"),
        (
            "<a><r>" + "<b/>" * 1_000_000 + "</r><r>1</r></a>",
            "it is too large for a paper's record",
        ),
        (
            "<a><r>" + "<b>" * 500 + "</b>" * 500 + "</r><r>1</r></a>",
            "it is nested too deep for a paper's record",
        ),
    ],
)
def test_what_no_paper_has_costs_one_record(data: str, why: str) -> None:
    assert read(data) == ([(1, "1")], [Failure("x:1", why)])


@pytest.mark.parametrize("opening", ["<a><!--", "<a b='", "<", "<a><r><b c='", "<a><?p "])
def test_what_never_ends_is_given_up(opening: str) -> None:
    with hang_guard():
        found, failures = read(opening + "x" * 20_000_000)
    assert found == []
    assert [failure.why[:23] for failure in failures] == ["the XML is damaged here"]


@pytest.mark.parametrize("element", ["<a>", "<r>"])
def test_a_file_that_only_opens_elements_is_given_up(element: str) -> None:
    found, failures = read(element * 1_000_000)
    assert found == []
    assert [failure.why.partition(":")[0][-18:] for failure in failures] == [" (nested too deep)"]


def test_formulas_lose_their_layout_and_returns_become_line_ends() -> None:
    data = "<a><r>V <m:math>\n <mi>x</mi> <mn>2 </mn>\n</m:math> a&#xD;b&#13;\nc </r></a>"
    assert [plain(text) for _, text in read(data)[0]] == ["V x2 a\nb\nc"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    failures: list[Failure] = []
    for size in (200, 4_000):
        path = tmp_path / f"{size}.xml"
        path.write_text("<a>" + ("<r>" + "word " * 2_000 + "</r>\n") * size + "</a>")
        with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
            tracemalloc.start()
            try:
                found = records(Source(stream, "x"), NAMES, skipping("x", failures.append))
                assert sum(1 for _ in found) == size
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    assert failures == []
    assert peaks[1] < peaks[0] + 500_000

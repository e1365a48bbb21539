"""The XML of PubMed: from its download, E-utilities and yearly baseline files.

https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, xml_records
from assistant.reading.record import paper_of

_RECORDS = frozenset({"PubmedArticle", "PubmedBookArticle", "MedlineCitation"})
_ROOTS = _RECORDS | {f"{name}Set" for name in _RECORDS}
_NO_LABEL = frozenset({"", "UNLABELLED"})


def _paper(record: Element, source: str) -> Paper:
    book = record.find("BookDocument")
    citation = _first(record.find("MedlineCitation"), book, record)
    article = _first(citation.find("Article"), citation)
    data = _first(record.find("PubmedData"), record.find("PubmedBookData"), record)
    ids = [*data.iterfind("ArticleIdList/ArticleId"), *citation.iterfind("ArticleIdList/ArticleId")]
    # Those of the article or chapter; of the book, which may be its editors, if it has none.
    people = article.findall("AuthorList/Author") or article.findall("Book/AuthorList/Author")
    pmc = _of_type(ids, "IdType", "pmc")
    return paper_of(
        source,
        title=_text(article, "ArticleTitle", "Book/BookTitle", "VernacularTitle"),
        abstract=_abstract(article, "Abstract") or _abstract(citation, "OtherAbstract"),
        authors=map(_name, people),
        published=_date(article),
        doi=_of_type(ids, "IdType", "doi")
        or _of_type(article.iterfind("ELocationID"), "EIdType", "doi"),
        pmid=_text(citation, "PMID") or _of_type(ids, "IdType", "pubmed"),
        url=f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc}/" if pmc else None,
        tags=[
            _line(element)
            for path in ("KeywordList/Keyword", "MeshHeadingList/MeshHeading/DescriptorName")
            for element in citation.iterfind(path)
        ],
    )


def _abstract(parent: Element, name: str) -> str:
    """Its parts under their labels; of abstracts in several languages the first."""
    parts = []
    for part in parent.iterfind(f"{name}[1]/AbstractText"):
        label, text = part.get("Label", "").strip(), _line(part)
        parts.append(text if label.upper() in _NO_LABEL else f"{label}: {text}")
    return "\n".join(parts)


def _name(author: Element) -> str:
    given = _text(author, "ForeName", "FirstName", "Initials")
    parts = (given, _text(author, "LastName"), _text(author, "Suffix"))
    return _text(author, "CollectiveName") or " ".join(part for part in parts if part)


def _date(article: Element) -> str | None:
    """The issue's date, else that of the electronic article; `<MedlineDate>` is prose."""
    for path in ("Journal/JournalIssue/PubDate", "ArticleDate", "ContributionDate", "Book/PubDate"):
        element = article.find(path)
        if element is None:
            continue
        if parts := [part for name in ("Year", "Month", "Day") if (part := _text(element, name))]:
            # A month is a number or a name, and each way of writing it has its own order.
            is_number = len(parts) > 1 and parts[1].isdecimal()
            return dates.iso(("-" if is_number else " ").join(parts))
        return dates.iso(_text(element, "MedlineDate"))
    return None


def _of_type(elements: Iterator[Element] | list[Element], attribute: str, kind: str) -> str:
    return next((_line(it) for it in elements if it.get(attribute) == kind), "")


def _text(parent: Element, *paths: str) -> str:
    return " ".join(xml_records.first_text(parent, *paths).split())


def _line(element: Element) -> str:
    """Its text without the line breaks and indents of files that are laid out for people."""
    return " ".join(xml_records.text(element).split())


def _first(*elements: Element | None) -> Element:
    return next(element for element in elements if element is not None)


FORMAT = xml_records.xml_format(
    "PubMed XML",
    "PubMed XML: a <PubmedArticleSet> of articles that have a title and an abstract",
    lambda head: xml_records.root(head) in _ROOTS,
    _RECORDS,
    _paper,
)

"""Identifiers: the many ways people write one."""

from __future__ import annotations

import pytest

from assistant.reading import identifiers


@pytest.mark.parametrize(
    "written",
    [
        "10.1000/w22.1",
        " 10.1000/w22.1 ",
        "10.1000/w22.1.",
        "10.1000/w22.1,",
        "10.1000/w22.1;",
        "10.1000/w22.1)",
        "(10.1000/w22.1)",
        "[10.1000/w22.1]",
        "<10.1000/w22.1>",
        '"10.1000/w22.1"',
        "“10.1000/w22.1”.",
        "10.1000/w22.1 [doi]",
        "10.1000/w22.1[doi]",
        "10.1000/w22.1. Epub 2019 Jan 3.",
        "10.1000/w22.1, 10.1000/another",
        "10.1000/w22.1; 10.1000/another",
        "10.1000/w22.1 and more",
        "10.1000/ w22.1",
        "10.1000 / w22.1",
        "10.1000%2Fw22.1",
        "10.1000%2fw22.1",
        "10.1000/w22.1%20",
        "10.1000/10.1000/w22.1",
        "10.1000/https://doi.org/10.1000/w22.1",
        "doi:10.1000/w22.1",
        "doi: 10.1000/w22.1",
        "DOI:10.1000/w22.1",
        "DOI 10.1000/w22.1",
        "DOI10.1000/w22.1",
        "DOI. 10.1000/w22.1",
        "doi = 10.1000/w22.1",
        "doi/10.1000/w22.1",
        "DOI No. 10.1000/w22.1",
        "doi:doi:10.1000/w22.1",
        "doi: DOI: 10.1000/w22.1",
        "doi:https://doi.org/10.1000/w22.1",
        "DOI: http://dx.doi.org/10.1000/w22.1.",
        "https://doi.org/doi:10.1000/w22.1",
        "urn:doi:10.1000/w22.1",
        "info:doi/10.1000/w22.1",
        "Digital Object Identifier: 10.1000/w22.1",
        "doi.org/10.1000/w22.1",
        "www.doi.org/10.1000/w22.1",
        "dx.doi.org/10.1000/w22.1",
        "doi.org:10.1000/w22.1",
        "http://doi.org/10.1000/w22.1",
        "https://doi.org/10.1000/w22.1",
        "https://www.doi.org/10.1000/w22.1",
        "http://dx.doi.org/10.1000/w22.1",
        "https://dx.doi.org/10.1000/w22.1",
        "http://www.dx.doi.org/10.1000/w22.1",
        "HTTPS://DOI.ORG/10.1000/w22.1",
        "https:/doi.org/10.1000/w22.1",
        "http:// dx.doi.org/ 10.1000/w22.1",
        "https://doi.org/https://doi.org/10.1000/w22.1",
        "http://dx.doi.org/http://dx.doi.org/10.1000/w22.1",
        "https://doi.org/10.1000/w22.1/",
        "https://doi.org/10.1000/w22.1?utm_source=x",
        "https://doi.org/10.1000/w22.1#abstract",
        "https://doi.org/10.1000%2Fw22.1",
        "https://doi.org/10.1000%252Fw22.1",
        "https://doi-org.proxy.library.example/10.1000/w22.1",
        "http://dx.doi.org.ezproxy.example.edu/10.1000/w22.1",
        "https://onlinelibrary.wiley.example/doi/abs/10.1000/w22.1",
        "https://onlinelibrary.wiley.example/doi/10.1000/w22.1/abstract",
        "https://onlinelibrary.wiley.example/doi/full/10.1000/w22.1?campaign=woletoc&x=1",
        "https://onlinelibrary.wiley.example/doi/pdfdirect/10.1000/w22.1?download=true",
        "http://www.tandf.example/doi/epdf/10.1000/w22.1?needAccess=true",
        "https://link.springer.example/content/pdf/10.1000/w22.1.pdf",
        "https://link.springer.example/article/10.1000/w22.1/fulltext.html",
        "https://link.springer.example/content/pdf/10.1000%2Fw22.1.pdf",
        "https://journals.plos.example/article?id=10.1000/w22.1",
        "https://journals.plos.example/article/file?id=10.1000/w22.1&type=printable",
        "https://www.frontiers.example/articles/10.1000/w22.1/full",
        "https://iopscience.example/article/10.1000/w22.1/meta",
        "https://royal.example/doi/10.1000/w22.1#sec-2",
        "https://api.crossref.org/works/10.1000/w22.1",
        "https://explore.example/open?doi=10.1000%2Fw22.1&page=2",
        "https://www.example.org/redirect?to=https%3A%2F%2Fdoi.org%2F10.1000%2Fw22.1",
        '<a href="https://doi.org/10.1000/w22.1">10.1000/w22.1</a>',
    ],
)
def test_doi(written: str) -> None:
    assert identifiers.doi(written) == "10.1000/w22.1"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10.1000.10/w22.5", "10.1000.10/w22.5"),
        ("https://doi.org/10.1000.10.2/w22", "10.1000.10.2/w22"),
        (
            "https://doi.org/10.1002/1097-0000(195103)4:2%3C387::AID-CNCR1%3E3.0.CO;2-Y",
            "10.1002/1097-0000(195103)4:2<387::AID-CNCR1>3.0.CO;2-Y",
        ),
        (
            "10.1002/1097-0000(195103)4:2&lt;387::AID-CNCR1&gt;3.0.CO;2-Y",
            "10.1002/1097-0000(195103)4:2<387::AID-CNCR1>3.0.CO;2-Y",
        ),
        (
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#",
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#",
        ),
        ("10.1016/S0140-6736(05)61030-6", "10.1016/S0140-6736(05)61030-6"),
        ("(see 10.1000/x)", None),
        ("10.1016/0021-8693(72)90021-9)", "10.1016/0021-8693(72)90021-9"),
        ("10.1016/0021-8693(72)", "10.1016/0021-8693(72)"),
        ("10.1016/j.cell. 2019.01.001", "10.1016/j.cell.2019.01.001"),
        ("10.1016/j.cell.2019.\n01.001", "10.1016/j.cell.2019.01.001"),
        ("10.1007/978-3-642-\n12345-6", "10.1007/978-3-642-12345-6"),
        (r"10.1007/978-3-642-1\_2", "10.1007/978-3-642-1_2"),
        ("10.5281/zenodo.1234567", "10.5281/zenodo.1234567"),
        ("https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf",
         "10.1101/2020.01.01.123456"),
        ("https://doi.org/10.1000/a/pdf", "10.1000/a/pdf"),
        ("10.1000/größe", "10.1000/größe"),
        ("10.1000", None),
        ("10.1000/", None),
        ("10.1000/.", None),
        ("https://doi.org/", None),
        ("11.1000/x", None),
        ("10.12/x", None),
        ("n/a", None),
        ("https://example.org/10/1000/x", None),
        ("https://example.org/page?x=10.5/7", None),
        ("Vol. 10.1000/x", None),
        ("10.1000/a%FFb", None),
        ("10.1000/" + "x" * 500, None),
        (10.1, None),
        (None, None),
        (["10.1000/x"], None),
    ],
)  # fmt: skip
def test_unusual_doi(written: object, expected: str | None) -> None:
    assert identifiers.doi(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "2104.12255",
        " 2104.12255 ",
        "2104.12255.",
        "arXiv:2104.12255",
        "arxiv: 2104.12255",
        "arXiv 2104.12255",
        "arXiv.2104.12255",
        "arXiv/2104.12255",
        "arXiv:arXiv:2104.12255",
        "arXiv preprint arXiv:2104.12255",
        "arXiv e-prints, arXiv:2104.12255",
        "arXiv:2104.12255 [cs]",
        "arXiv:2104.12255 [cs.LG, stat.ML]",
        "(arXiv:2104.12255)",
        "eprint: arXiv:2104.12255",
        "oai:arXiv.org:2104.12255",
        "abs/2104.12255",
        "arxiv.org/abs/2104.12255",
        "http://arxiv.org/abs/2104.12255",
        "https://www.arxiv.org/abs/2104.12255",
        "https://export.arxiv.org/abs/2104.12255",
        "https://de.arxiv.org/abs/2104.12255",
        "https://arxiv.org/abs/2104.12255?context=cs",
        "https://arxiv.org/pdf/2104.12255",
        "https://arxiv.org/pdf/2104.12255.pdf",
        "https://arxiv.org/pdf/2104.12255.pdf#page=2",
        "https://arxiv.org/html/2104.12255",
        "http://xxx.lanl.gov/abs/2104.12255",
        "https://ar5iv.labs.arxiv.org/html/2104.12255",
        "https://ar5iv.org/abs/2104.12255",
        "https://www.alphaxiv.org/abs/2104.12255",
        "https://huggingface.co/papers/2104.12255",
        "10.48550/arXiv.2104.12255",
        "doi:10.48550/arXiv.2104.12255",
        "https://doi.org/10.48550/arxiv.2104.12255",
        2104.12255,
    ],
)
def test_arxiv(written: object) -> None:
    assert identifiers.arxiv(written) == "2104.12255"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0704.0001", "0704.0001"),
        (704.0001, "0704.0001"),
        (2104.1225, "2104.12250"),
        ("2403.01234v12", "2403.01234v12"),
        ("https://arxiv.org/pdf/2403.01234v2.pdf", "2403.01234v2"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("arXiv:hep-th/9901001v3", "hep-th/9901001v3"),
        ("https://arxiv.org/abs/quant-ph/0201082", "quant-ph/0201082"),
        ("2104.1225", None),
        ("1412.12345", None),
        ("0612.0001", None),
        ("2113.12255", None),
        ("2104.12255/2", None),
        ("foo/9901001", None),
        ("https://example.org/abs/2104.12255", None),
        ("10.1000/2104.12255", None),
        (True, None),
        (None, None),
    ],
)
def test_unusual_arxiv(written: object, expected: str | None) -> None:
    assert identifiers.arxiv(written) == expected


@pytest.mark.parametrize(
    ("journal", "expected"),
    [
        ("arXiv preprint arXiv:2104.12255", "2104.12255"),
        ("arXiv:2302.13971 [cs]", "2302.13971"),
        ("arXiv:2302.13971v2, 2023", "2302.13971v2"),
        ("CoRR, abs/2104.12255", "2104.12255"),
        ("CoRR abs/2104.12255", "2104.12255"),
        ("Comment on arXiv:2104.12255", None),
        ("arXiv", None),
        ("Phys. Rev. 2104.12255", None),
    ],
)
def test_arxiv_of_journal(journal: str, expected: str | None) -> None:
    assert identifiers.arxiv_of_journal(journal) == expected


@pytest.mark.parametrize(
    "written",
    [
        25552691,
        25552691.0,
        "25552691",
        "25552691.0",
        " 25552691 ",
        "0025552691",
        "PMID:25552691",
        "PMID: 25552691",
        "PMID 25552691",
        "pmid=25552691",
        "PMID25552691",
        "PMID: 25552691.",
        "PMID: 25552691; PMCID: PMC123",
        "25552691 [pmid]",
        "PubMed ID: 25552691",
        "pubmed:25552691",
        "MEDLINE:25552691",
        "info:pmid/25552691",
        "https://pubmed.ncbi.nlm.nih.gov/25552691",
        "https://pubmed.ncbi.nlm.nih.gov/25552691/",
        "https://pubmed.ncbi.nlm.nih.gov/25552691/?format=pubmed",
        "http://www.ncbi.nlm.nih.gov/pubmed/25552691",
        "http://www.ncbi.nlm.nih.gov/pubmed/?term=25552691",
        "https://pubmed.gov/25552691",
        "https://europepmc.org/abstract/MED/25552691",
        "https://europepmc.org/article/MED/25552691",
    ],
)
def test_pmid(written: object) -> None:
    assert identifiers.pmid(written) == "25552691"


@pytest.mark.parametrize(
    "written",
    [0, "0", "-1", 1.5, True, None, "", "PMC123", "PMID: PMC123", "10.1000/1", "1234567890123",
     "25552691X", "https://example.org/25552691",
     "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC25552691/"],
)  # fmt: skip
def test_no_pmid(written: object) -> None:
    assert identifiers.pmid(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "PMC2323736",
        "pmc2323736",
        "PMC 2323736",
        "PMC2323736.1",
        "PMC2323736.",
        "PMCID: PMC2323736",
        "PMCID:2323736",
        "PMC ID: PMC2323736",
        "PMCID PMC2323736",
        "pmc: PMC2323736",
        "PMC2323736 [Available on 2020-01-01]",
        "PMC2323736; NIHMS123",
        "2323736",
        2323736,
        2323736.0,
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC2323736/",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC2323736/pdf/main.pdf",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC2323736/",
        "http://europepmc.org/articles/PMC2323736",
        "https://europepmc.org/article/PMC/PMC2323736",
    ],
)
def test_pmcid(written: object) -> None:
    assert identifiers.pmcid(written) == "PMC2323736"


@pytest.mark.parametrize(
    "written",
    [0, "", None, True, "NIHMS123", "PMC", "PMCX", "PMID: 123", "10.1000/PMC1",
     "https://pubmed.ncbi.nlm.nih.gov/25552691/", "https://example.org/PMC123"],
)  # fmt: skip
def test_no_pmcid(written: object) -> None:
    assert identifiers.pmcid(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "9783161484100",
        9783161484100,
        "978-3-16-148410-0",
        "978 3 16 148410 0",
        "978‐3‐16‐148410‐0",
        "978–3–16–148410–0",
        "ISBN 978-3-16-148410-0",
        "ISBN-13: 978-3-16-148410-0",
        "urn:isbn:9783161484100",
        "978-3-16-148410-0 (print)",
        "9783161484100 (pbk.) ; 3161484100",
        "9783161484100 9781861972712",
        "978-3-16-148410-9; 978-3-16-148410-0",
        "316148410X",
        "3-16-148410-X",
        "3-16-148410-x",
        "ISBN: 3 16 148410 X",
        "ISBN-10 3-16-148410-X",
    ],
)
def test_isbn(written: object) -> None:
    assert identifiers.isbn(written) == "9783161484100"


@pytest.mark.parametrize(
    "written",
    ["", None, "978-3-16-148410-1", "3161484100", "1234567890", "0000000000", "0317-8471",
     "97831614841000", "10.1007/978-3-16-148410-0x", "12345678901234567890"],
)  # fmt: skip
def test_no_isbn(written: object) -> None:
    assert identifiers.isbn(written) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0317-8471", "0317-8471"),
        ("03178471", "0317-8471"),
        ("ISSN: 2434-561x (online)", "2434-561X"),
        ("EISSN-2375-5636", "2375-5636"),
        ("1234-5678; 0317-8471", "0317-8471"),
        ("1234-5678", None),
        ("9783161484100", None),
        ("0000-0000", None),
        (None, None),
    ],
)
def test_issn(written: object, expected: str | None) -> None:
    assert identifiers.issn(written) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "PMID: 25552691\nDOI: 10.1000/w38",
            {"pmid": "25552691", "doi": "10.1000/w38"},
        ),
        ("Citation Key: doe\nDOI: https://doi.org/10.1000/w38.", {"doi": "10.1000/w38"}),
        ("PMID: 25552691 DOI: 10.1000/w38", {"pmid": "25552691", "doi": "10.1000/w38"}),
        ("{:PMID: 25552691} {:DOI: 10.1000/w38}", {"pmid": "25552691", "doi": "10.1000/w38"}),
        ("arXiv: 2104.12255 [cs]", {"arxiv": "2104.12255"}),
        ("arXiv:2104.12255 [cs]\n12 pages", {"arxiv": "2104.12255"}),
        ("tex.doi: 10.1000/w38", {"doi": "10.1000/w38"}),
        ("PMCID: PMC123; PMID 99", {"pmcid": "PMC123", "pmid": "99"}),
        ("ISBN: 978-3-16-148410-0 (pbk)", {"isbn": "9783161484100"}),
        ("ISSN: 0317-8471", {"issn": "0317-8471"}),
        ("doi:10.1000/a\ndoi:10.1000/b", {"doi": "10.1000/a"}),
        ("Erratum in: J Foo 2019. doi: 10.1000/other", {}),
        ("Comment on: PMID: 123", {}),
        ("The DOI is missing", {}),
        ("mydoi: 10.1000/x", {}),
        ("DOI: none", {}),
        ("", {}),
    ],
)
def test_identifiers_in_notes(text: str, expected: dict[str, str]) -> None:
    assert identifiers.noted([text]) == expected


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "-", "–", "n/a", "N/A", "NA", "n.a.", "None", "null", "nan", "[none]", "0", 0,
     "not available", "no DOI", "unknown", "DOI:", "doi", "?"],
)  # fmt: skip
def test_blank(value: object) -> None:
    assert identifiers.is_blank(value)


@pytest.mark.parametrize("value", ["10.1000", "PMC", "in press", "see text", 5])
def test_not_blank(value: object) -> None:
    assert not identifiers.is_blank(value)

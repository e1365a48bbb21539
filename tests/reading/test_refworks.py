"""RefWorks' tagged text."""

from __future__ import annotations

from source_support import read_with

from assistant.reading import tagged_formats

TEXT = """RT Journal Article\r
SR Electronic(1)\r
ID 1\r
A1 Lovelace,Ada\r
A1 Lee,Anna B.\r
T1 Of engines\r
JF Journal\r
YR 2020\r
FD May 14, 2020\r
K1 cats\r
K1 mice\r
AB First line.\r
AI is no tag.\r
DO 10.1000/it\r
PMID 123\r
UL https://arxiv.org/abs/2403.01234\r
OL \r
\r
RT Web Page\r
A1 Lee,A.\r
YR 2021\r
\r
RT Web Page\r
T1 Third\r
"""


def test_the_records() -> None:
    (first, third), failures = read_with(tagged_formats.REFWORKS, TEXT)
    assert (first.title, first.abstract) == ("Of engines", "First line.\nAI is no tag.")
    assert first.authors == ("Ada Lovelace", "Anna B. Lee")
    assert (first.published, first.doi, first.pmid) == ("2020-05-14", "10.1000/it", "123")
    assert (first.arxiv, first.url) == ("2403.01234", "https://arxiv.org/abs/2403.01234")
    assert first.tags == ("cats", "mice")
    assert third.title == "Third"
    assert [failure.where for failure in failures] == ["x:19"]


def test_prose_is_none() -> None:
    assert not tagged_formats.REFWORKS.matches("RT is a broadcaster\n\nIt was founded in 2005.")

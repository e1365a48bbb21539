"""The tagged formats: RIS, PubMed, Web of Science, EndNote, RefWorks, Cochrane and Ovid.

Their tags, and which of them begin and end a record:
https://en.wikipedia.org/wiki/RIS_(file_format),
https://www.nlm.nih.gov/bsd/mms/medlineelements.html,
https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html,
https://en.wikipedia.org/wiki/Refer_(software)
"""

from __future__ import annotations

from assistant.reading import endnote_tagged, medline, ovid, refworks, ris, web_of_science
from assistant.reading import tagged_layouts as layouts
from assistant.reading.tagged import tagged_format

RIS = tagged_format(
    "RIS",
    'RIS: records from "TY  - " to "ER  - " with a title (TI) and an abstract (AB)',
    layouts.RIS_FIRST,
    layouts.ris,
    ris.paper,
    proof=layouts.RIS_PROOF,
)

PUBMED_TEXT = tagged_format(
    "PubMed text",
    'PubMed text (.nbib): records that begin with "PMID- " or "OWN - ERIC", with a title',
    layouts.PUBMED_FIRST,
    layouts.PUBMED,
    medline.paper,
)


WEB_OF_SCIENCE = tagged_format(
    "Web of Science text",
    'Web of Science plain text: records from "PT J" to "ER" with a title and an abstract',
    layouts.WEB_OF_SCIENCE_FIRST,
    layouts.web_of_science,
    web_of_science.paper,
)


ENDNOTE = tagged_format(
    "EndNote tagged",
    "EndNote's tagged text (.enw): lines such as %T with a title and %X with an abstract",
    layouts.ENDNOTE_FIRST,
    layouts.endnote,
    endnote_tagged.paper,
)


REFWORKS = tagged_format(
    "RefWorks tagged",
    'RefWorks\' tagged text: records from "RT Journal Article" with a title (T1)',
    layouts.REFWORKS_FIRST,
    layouts.REFWORKS,
    refworks.refworks,
)

COCHRANE = tagged_format(
    "Cochrane text",
    'Cochrane text: records from "ID: CN-..." with a title (TI:) and an abstract (AB:)',
    layouts.COCHRANE_FIRST,
    layouts.COCHRANE,
    refworks.cochrane,
)

OVID = tagged_format(
    "Ovid tagged",
    'Ovid\'s tagged text: records with "VN  - Ovid Technologies" and a title (TI)',
    layouts.OVID_FIRST,
    layouts.ovid,
    ovid.paper,
    proof=layouts.OVID_PROOF,
)

OVID_LABELS = tagged_format(
    "Ovid labelled",
    'Ovid\'s text with labels: records such as "<1>" with a line "Title" and its value below',
    layouts.OVID_LABELS_FIRST,
    layouts.OVID_LABELS,
    ovid.labelled_paper,
    proof=layouts.OVID_LABELS_PROOF,
)

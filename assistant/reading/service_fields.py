"""Where the records of each service have the fields of a reference.

Paths are those of `service_keys`. What is not named here is found by its name (`field_names`), and
what has no place is kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Service:
    """One service.

    Args:
        name: under which `custom` has what has no place.
        marks: keys that tell its records; one of them is enough.
        texts: paths of the texts of a reference; the first that has a value counts.
        several: paths of ISBN and ISSN, of which all count.
        pages: paths of the first and the last page.
        people: paths of names, by their role.
        roles: the path of people and the key and value that tell their role, by role.
        types: paths of types; of all together the first known one counts.
        status: paths of words that may say that the work was retracted or corrected.
        used: keys that are read as a whole, and those about the service's own index. Lists of
            several values are kept all the same.
        dropped: keys with statistics and with what the service computed.
    """

    name: str
    marks: str
    texts: Mapping[str, str] = field(default_factory=dict)
    several: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, str] = ("", "")
    people: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    types: str = ""
    status: str = ""
    used: str = ""
    dropped: str = ""


CROSSREF = Service(
    "crossref",
    "",
    texts={
        "container-title-short": "short-container-title container-title-short",
        "collection-title": "collection-title",
        "volume": "volume",
        "issue": "issue journal-issue.issue",
        "page": "page article-number",
        "part-number": "part-number",
        "publisher": "publisher institution[].name",
        "publisher-place": "publisher-location institution[].place",
        "edition": "edition edition-number",
        "event-title": "event.name",
        "event-place": "event.location",
        "title-short": "short-title",
        "original-title": "original-title",
        "language": "language",
        "license": "license[].URL",
        "genre": "degree subtype",
        "PMCID": "PMCID",
    },
    several={"ISBN": "ISBN", "ISSN": "ISSN"},
    people={"editor": "editor", "translator": "translator", "chair": "chair"},
    types="type",
    status="updated-by[].type updated-by[].label",
    dropped="score indexed",
    used="""title subtitle abstract author editor translator chair issued DOI URL PMID subject
        categories keyword language edition edition-number short-title short-container-title
        container-title container-title-short publisher publisher-location volume issue page ISBN
        ISSN PMCID collection-title""",
)
SEMANTIC_SCHOLAR = Service(
    "semanticscholar",
    "",
    texts={
        "container-title": "journal.name publicationVenue.name venue journalName",
        "volume": "journal.volume journalVolume",
        "page": "journal.pages journalPages",
        "PMCID": "externalIds.PubMedCentral",
    },
    several={"ISSN": "publicationVenue.issn publicationVenue.alternate_issns[]"},
    types="publicationTypes[]",
    used="""title abstract paperAbstract year publicationDate fieldsOfStudy s2FieldsOfStudy url
        doi publicationTypes""",
    dropped="embedding",
)
OPENALEX = Service(
    "openalex",
    "",
    texts={
        "volume": "biblio.volume",
        "issue": "biblio.issue",
        "publisher": "primary_location.source.host_organization_name host_venue.publisher",
        "language": "language",
        "license": "primary_location.license",
        "PMCID": "ids.pmcid",
    },
    several={"ISSN": "primary_location.source.issn[] host_venue.issn[]"},
    pages=("biblio.first_page", "biblio.last_page"),
    types="type_crossref type",
    used="""title display_name abstract abstract_inverted_index publication_date publication_year
        doi biblio language type type_crossref""",
    dropped="""abstract_inverted_index topics concepts counts_by_year related_works keywords
        sustainable_development_goals""",
)
OTHERS = (
    Service(
        "europepmc",
        "authorString journalInfo firstPublicationDate pubTypeList",
        texts={
            "container-title": "journalInfo.journal.title journalTitle",
            "container-title-short": """journalInfo.journal.isoabbreviation
                journalInfo.journal.medlineAbbreviation""",
            "volume": "journalInfo.volume journalVolume",
            "issue": "journalInfo.issue issue",
            "publisher": "bookOrReportDetails.publisher",
            "publisher-place": "bookOrReportDetails.placeOfPublication",
            "edition": "bookOrReportDetails.edition",
            "number-of-pages": "bookOrReportDetails.numberOfPages",
        },
        several={
            "ISSN": "journalInfo.journal.issn journalInfo.journal.essn journalIssn",
            "ISBN": "bookOrReportDetails.isbn13 bookOrReportDetails.isbn10",
        },
        types="pubTypeList.pubType pubType",
        status="commentCorrectionList.commentCorrection[].type",
        used="authorString keywordList",
    ),
    Service(
        "unpaywall",
        "best_oa_location z_authors journal_is_oa oa_locations",
        texts={"license": "best_oa_location.license"},
    ),
    Service("orcid", "put-code"),
    Service(
        "inspire",
        "publication_info arxiv_eprints abstracts texkeys inspire_categories",
        texts={
            "container-title": "publication_info[].journal_title",
            "volume": "publication_info[].journal_volume",
            "issue": "publication_info[].journal_issue",
            "publisher": "imprints[].publisher",
            "publisher-place": "imprints[].place",
            "citation-key": "texkeys[]",
            "number": "report_numbers[].value",
            "language": "languages[]",
            "genre": "thesis_info.degree_type",
            "edition": "editions[]",
        },
        several={"ISBN": "isbns[].value"},
        pages=(
            "publication_info[].page_start publication_info[].artid",
            "publication_info[].page_end",
        ),
        roles={
            "editor": ("authors[]", "inspire_roles", "editor"),
            "contributor": ("authors[]", "inspire_roles", "supervisor"),
        },
        types="document_type[] publication_type[]",
        status="refereed_status",
        used="abstracts dois texkeys languages",
    ),
    # Before DataCite, whose marks its records have too.
    Service(
        "zenodo",
        "resource_type conceptdoi conceptrecid",
        texts={
            "container-title": "journal.title part_of.title",
            "volume": "journal.volume",
            "issue": "journal.issue",
            "page": "journal.pages part_of.pages",
            "publisher": "imprint.publisher thesis.university",
            "publisher-place": "imprint.place",
            "event-title": "meeting.title",
            "event-place": "meeting.place",
            "license": "license.id license rights[].id",
        },
        several={"ISBN": "imprint.isbn"},
        roles={"editor": ("contributors[]", "type", "Editor")},
        types="resource_type.subtype resource_type.type resource_type.title",
    ),
    Service(
        "datacite",
        "descriptions creators publicationYear rightsList relatedIdentifiers",
        texts={
            "container-title": "container.title relatedItems[].titles[].title",
            "volume": "container.volume relatedItems[].volume",
            "issue": "container.issue relatedItems[].issue",
            "publisher": "publisher publisher.name",
            "edition": "relatedItems[].edition",
            "language": "language",
            "version": "version metadataVersion",
            "license": "rightsList[].rightsIdentifier rightsList[].rightsUri rightsList[].rights",
            "genre": "types.resourceType",
        },
        pages=(
            "container.firstPage relatedItems[].firstPage",
            "container.lastPage relatedItems[].lastPage",
        ),
        roles={
            "editor": ("contributors[]", "contributorType", "Editor"),
            "contributor": ("contributors[]", "contributorType", "Other"),
        },
        types="types.citeproc types.resourceTypeGeneral types.resourceType types.bibtex",
        used="descriptions language publicationYear",
        dropped="xml",
    ),
    Service(
        "openreview",
        "forum venueid authorids pdate invitation invitations",
        texts={"container-title": "venue venue.value"},
        used="authors",
    ),
    Service(
        "ads",
        "bibcode",
        texts={"container-title-short": "bibstem", "page": "page eid"},
    ),
    Service(
        "core",
        "yearPublished downloadUrl fullText",
        texts={"container-title": "journals[].title", "language": "language.code"},
        several={"ISSN": "journals[].identifiers[]"},
        dropped="fullText",
    ),
    Service(
        "base",
        "dctitle",
        types="dctype dctypenorm",
        used="dcperson",
    ),
    Service("biorxiv", "author_corresponding server jatsxml"),
    Service(
        "ieee",
        "index_terms publication_title publication_number article_number",
    ),
    Service(
        "mendeley",
        "identifiers",
        texts={
            "container-title": "source",
            "publisher": "publisher institution",
            "publisher-place": "city",
        },
        several={"ISBN": "identifiers.isbn", "ISSN": "identifiers.issn"},
        used="source city",
    ),
    Service("dblp", "ee @id venue"),
)

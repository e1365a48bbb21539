"""What kind of work it is: the names that services, programs and databases use -> types of CSL."""

from __future__ import annotations

CSL_TYPES = frozenset(
    """article article-journal article-magazine article-newspaper bill book broadcast chapter
    classic collection dataset document entry entry-dictionary entry-encyclopedia event figure
    graphic hearing interview legal_case legislation manuscript map motion_picture musical_score
    pamphlet paper-conference patent performance periodical personal_communication post
    post-weblog regulation report review review-book software song speech standard thesis treaty
    webpage""".split()  # noqa: SIM905
)
# By type: names without capitals, spaces and signs.
_NAMES = {
    "article": """preprint eprint postedcontent workingpaper discussionpaper publishedpreprint
        acceptedmanuscript submittedversion articlepreprint""",
    "article-journal": """journalarticle article articlejournal researcharticle articleinpress
        reviewarticle
        shortsurvey erratum letter editorial note review journal journalpaper
        academicarticle scholarlyarticle originalarticle originalresearch datapaper dataarticle
        articles journals journaltranslation articlereview reviewjournalarticle academicjournal
        earlyaccessarticles lettereditor casereport clinicaltrial metaanalysis systematicreview
        retractedarticle retracted jour j peerreviewedarticle journalissuearticle
        shortcommunication ieeejournals ieeejournalsmagazines ieeeearlyaccessarticles""",
    "article-magazine": """magazinearticle magazine magazines articlemagazine mgzn magazinereview
        ieeemagazines""",
    "article-newspaper": "newspaperarticle newspaper newspapers articlenewspaper news",
    "bill": "bill",
    "book": """book books monograph referencebook editedbook booktranslation authoredbook b
        ebook wholebook bookset mvbook collectededition""",
    "broadcast": """radiobroadcast tvbroadcast podcast televisionbroadcast
        onlinemultimedia""",
    "chapter": """bookchapter booksection inbook incollection booktrack chapters chap
        bookpart partofbook referencebookchapter referencechapter section""",
    "collection": "collection editedcollection",
    "dataset": "dataset data database datapublication aggregateddatabase",
    "document": "document other misc generic unknown others text miscellaneous component",
    "entry": "entry referenceentry",
    "entry-dictionary": "dictionaryentry entrydictionary",
    "entry-encyclopedia": """encyclopediaarticle encyclopediaentry entryencyclopedia
        referenceworkentry""",
    "event": "event",
    "figure": "figure",
    "graphic": "artwork graphic image photo picture visualartwork artisticexhibition",
    "hearing": "hearing",
    "interview": "interview",
    "legal_case": "case legalcase court courtcase",
    "legislation": "statute legislation law",
    "manuscript": "manuscript unpublishedwork unpublished",
    "map": "map cartographicmaterial",
    "motion_picture": "film videorecording video motionpicture audiovisual movie",
    "musical_score": "musicalscore score",
    "pamphlet": "pamphlet brochure booklet",
    "paper-conference": """conferencepaper proceedingsarticle inproceedings conferenceproceedings
        proceedingspaper
        conferenceandworkshoppapers paperconference conferences proceedings c
        conference conferencearticle
        workshoppaper conferencecontribution conferenceabstract conferenceposter
        meetingabstract proceeding proceedingsseries conferenceoutput abstract cpaper conf
        conferencepresentation ieeeconferences""",
    "patent": "patent p patentapplication",
    "performance": "performance",
    "periodical": "periodical journalissue journalvolume conferenceproceedingsseries",
    "personal_communication": "personalcommunication letterpersonal email instantmessage",
    "post": "forumpost post onlinediscussion discussion",
    "post-weblog": "blogpost weblog postweblog blog",
    "regulation": "regulation rule rulemaking",
    "report": """report techreport technicalreport reportcomponent reportseries reports
        policyreport government governmentdocument projectdeliverable researchreport annualreport
        whitepaper rprt deliverable""",
    "review": "peerreview",
    "review-book": "bookreview reviewbook",
    "software": "software computerprogram code program computationalnotebook softwarecode",
    "song": "audiorecording song sound music musicrecording",
    "speech": "presentation speech lecture lecturespeech talk poster slides posters",
    "standard": "standard standards ieeestandard specification standardsandpolicy ieeestandards",
    "thesis": """thesis dissertation phdthesis mastersthesis doctoralthesis masterthesis
        dissertationthesis bachelorthesis thes dissertations habilitation licenciatethesis""",
    "treaty": "treaty",
    "webpage": "webpage website page online onlineresource internet web electronicresource",
}
_TYPES = {name: csl for csl, names in _NAMES.items() for name in names.split()}
for _type in CSL_TYPES:
    _TYPES.setdefault("".join(filter(str.isalnum, _type)), _type)


def csl_type(name: str) -> str:
    """The type of CSL for a name such as `journal-article` or `Conference Paper`; "" if unknown.

    Of several names, between semicolons or commas, the first known one counts.
    """
    whole = _folded(name)
    if found := _TYPES.get(whole):
        return found
    parts = name.replace(",", ";").replace("|", ";").replace(":", ";").split(";")
    known = (_TYPES.get(_folded(part)) for part in parts)
    return next((found for found in known if found), "")


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name[:200].casefold()))

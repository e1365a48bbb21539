"""Classifies English questions by regular expressions: their kind and topic."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class QuestionKind(enum.StrEnum):
    """Kinds of questions; each has its own retrieval strategy."""

    FACT = "fact"
    DEFINITION = "definition"
    COMPARISON = "comparison"
    LIST = "list"
    OVERVIEW = "overview"
    SUMMARY = "summary"
    METADATA = "metadata"


class RecordField(enum.StrEnum):
    """A field of a paper's record that a question can ask for; the catalogue has some of them."""

    AUTHORS = "authors"
    PUBLISHED = "published"
    DOI = "doi"
    ARXIV = "arXiv id"
    PMID = "PMID"
    LINK = "link"
    TAGS = "tags"
    JOURNAL = "journal or conference"
    LICENCE = "licence"
    CITATIONS = "number of citations"
    AFFILIATION = "affiliation or funding"


@dataclass(frozen=True)
class ParsedQuestion:
    """The kind and the parts of a question.

    Attributes:
        kind: the kind.
        topic: the question without the words that only indicate its kind.
        sides: the two sides of a comparison; empty for `the two studies of ...`.
        field: the field that a question about a paper's record asks for.

    """

    kind: QuestionKind
    topic: str
    sides: tuple[str, ...] = ()
    field: RecordField | None = None


_PAPERS = r"(?:papers?|articles?|abstracts?|publications?|works?|stud(?:y|ies)|preprints?)"
_HERE = (
    r"(?:\s+(?:here|in\s+(?:the|my|this|our)\s+(?:library|collection|store|catalogue|catalog)"
    r"|that\s+(?:i|we)\s+have|we\s+have|i\s+have))?"
)

_LIST = re.compile(
    rf"""^(?:(?:please\s+)?(?:list|name|enumerate|show|find|give)(?:\s+me)?(?:\s+all)?
            (?:\s+(?:the|of\s+the|those|every))?\s+(?:\w+\s+){{0,2}}?{_PAPERS}{_HERE}
        |(?:which|what)(?:\s+of\s+(?:the|these|my|our))?\s+(?:\w+\s+)?
            (?:papers|articles|abstracts|publications|works|studies|preprints){_HERE}
        |(?:are|is)\s+there\s+(?:any\s+|other\s+)?{_PAPERS}{_HERE}
        |(?:do|have)\s+(?:we|i)\s+(?:have|got)?\s*(?:any\s+)?{_PAPERS}{_HERE}
        |(?:any|all)\s+{_PAPERS}{_HERE}
        |(?:which|what)\s+ones(?!\s+(?:of|among)\b)
        |(?:(?:recent|new|more|other|some|all|any|related)\s+)?
            (?:papers|articles|abstracts|publications|studies|preprints){_HERE}
            (?=\s+(?:on|about|of|using|with|that|which|concerning|regarding|dealing|related)\b)
        |(?:(?:is\s+there|(?:do|have)\s+(?:we|i|you)(?:\s+(?:have|got))?)\s+(?:anything|something)
            |anything){_HERE}(?=\s+(?:on|about|regarding|concerning|with|using|related)\b))
        (?P<topic>\s+.*)$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_LIST_LINK = re.compile(
    r"""^\s*(?:(?:that|which|who)\s+)?(?:(?:are|is|were|do|does|can|could|have|has)\s+)?
        (?:(?:about|on|of|concerning|regarding|dealing\s+with|deals?\s+with|discuss(?:es|ing)?
        |address(?:es|ing)?|cover(?:s|ing)?|stud(?:y|ies|ying)|investigat(?:e|es|ing)|concerns?
        |mention(?:s|ing)?|talk(?:s|ing)?\s+about|consider(?:s|ing)?|treat(?:s|ing)?
        |us(?:e|es|ing)|work(?:s|ing)?\s+(?:on|with)|related\s+to|propos(?:e|es|ing)
        |present(?:s|ing)?|introduc(?:e|es|ing)|report(?:s|ing)?)\s+)?""",
    re.IGNORECASE | re.VERBOSE,
)
_OVERVIEW = re.compile(
    rf"""^(?:what\s+(?:do(?:es)?|did)\s+(?:the|my|this|our|these|all)\s+
            (?:library|collection|{_PAPERS}){_HERE}\s+(?:say|tell(?:\s+(?:us|me))?|contain|know|report
            |find|show|have)\s+(?:about|on|regarding|concerning)
        |what\s+(?:is|do\s+(?:we|you|i))\s+(?:known|know)\s+(?:\w+\s+){{0,3}}?(?:about|on|regarding)
        |what\s+(?:is|do\s+(?:we|you|i))\s+(?:there|have|find)\s+(?:\w+\s+){{0,3}}?(?:about|on|regarding)
        |(?:give(?:\s+me)?|provide|write|i\s+(?:want|need))\s+an?\s+(?:\w+\s+)?(?:overview|survey|review)
            \s+(?:of|about|on)
        |(?:an?\s+)?overview\s+(?:of|about|on)
        |what(?:\s+is|'s)\s+(?:new|recent|known|being\s+done|going\s+on|happening
            |the\s+(?:current\s+)?(?:state|status)\s+of\s+(?:the\s+art|research|knowledge))
            \s+(?:in|on|about|with|for|regarding)
        |what\s+(?:have|has|did|do)\s+(?:people|researchers|others|anyone|scientists)
            \s+(?:done|do|tried|try|found|find|learned|published|say|said|write|written|know)
            \s+(?:on|about|in|for|with|regarding)
        |(?:the\s+)?(?:recent|latest|current|newest)\s+(?:work|research|advances|progress|developments
            |trends|findings|results|literature)\s+(?:on|in|about|of|with)
        |(?:summari[sz]e|sum\s+up|outline|survey|review)\s+(?:what\s+(?:is|we|the|my|all|these|this|our)
            .*?\b(?:about|on|regarding|concerning)
            |(?:the\s+|all\s+|my\s+|everything\s+)*
            (?:papers|articles|abstracts|publications|works?|studies|preprints|research|evidence|findings|literature|results|everything|library){_HERE}
            \s+(?:about|on|regarding|concerning))
        |tell\s+me\s+(?:everything|what\s+(?:is|you|we)\s+(?:known|know|have))\s+(?:about|on))
        \s+(?P<topic>.+)$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SUMMARY = re.compile(
    rf"""^(?:(?:can|could)\s+you\s+)?(?:please\s+)?
        (?:(?:summari[sz]e|sum\s+up|tl;?dr(?:\s+of|:)?)
        |(?:give(?:\s+me)?|what\s+is|what's|write|tell\s+me)\s+(?:the|an?)\s+(?:\w+\s+)?
            (?:summary|gist|essence|main\s+(?:point|idea|message|contribution)s?|key\s+(?:point|idea
            |message|contribution)s?|core\s+(?:idea|contribution)|tl;?dr|contribution|upshot)
            \s+(?:of|in|from)
        |(?:an?\s+|the\s+)?(?:short|brief|quick|one[-\s]line)?\s*(?:summary|gist|tl;?dr)\s+(?:of|for)
        |what(?:\s+is|'s)(?=\s+(?:the\s+)?(?:{_PAPERS}\b.*\babout\b
            |(?:\S+\s+){{1,3}}?{_PAPERS}\s+(?:all\s+)?about$)))
        \s+(?P<topic>.+)$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SUMMARY_WORDS = re.compile(
    rf"^(?:the\s+|this\s+|that\s+)?(?:{_PAPERS}\s+)?(?:(?:called|named|titled|entitled|on|about|by"
    rf"|with\s+the\s+(?:id|title|number))\s+)?(?P<name>.+?)(?:\s+{_PAPERS})?(?:\s+about)?$",
    re.IGNORECASE | re.DOTALL,
)
# `Which study looked at X?` asks for a paper; `Which study arms were compared?` does not.
_WHICH_PAPER = re.compile(
    r"""^(?:in\s+)?(?:which|what)\s+(?:paper|study|article|preprint|abstract|publication)\s+
        (?:that\s+|is\s+|was\s+|has\s+|had\s+|does\s+|did\s+|do\s+|first\s+|also\s+
        |(?!\w+\s+(?:is|are|was|were|has|have|had|did|do|does|can)\b)\w+(?:s|ed|d|t)\s+)
      | ^(?:which|what)\s+(?:is|was)\s+the\s+(?:paper|study|article)
        \s+(?:that|which|about|on|with)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_COMPARISONS = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.DOTALL)
    for pattern in (
        r"""^(?:please\s+)?(?:compare|contrast)\s+“(?P<one>[^”]+)”\s+(?:with|to|and)\s+
            “(?P<two>[^”]+)”(?P<aspect>\s+in\s+terms\s+of\s+.+)?$""",
        r"""^(?:please\s+)?(?:compare|contrast)\s+(?P<one>.+?)\s+
            (?:with|to|and|against|versus|vs\.?)\s+(?P<two>.+?)
            (?P<aspect>\s+(?:in\s+terms\s+of|with\s+respect\s+to|regarding|concerning|as\s+to)\s+.+)?$""",
        r"""^(?:(?:what(?:\s+(?:is|are)|'s)|explain|describe|name|is\s+there)\s+)?
            (?:the\s+|an?\s+|any\s+)?
            (?:\w+\s+)?(?:differences?|distinction|contrast|similarit(?:y|ies)|comparison)\s+
            (?:(?P<aspect>in\s+.+?)\s+)?between\s+(?P<one>.+?)\s+and\s+(?P<two>.+)$""",
        r"""^(?:how|in\s+what\s+(?:way|respect)s?|where)\s+(?:do(?:es)?|did|are|is)\s+(?P<one>.+?)\s+
            (?:and|differ\s+from|differ(?:s|ent)?\s+from|compared?\s+(?:to|with)|relate\s+to)\s+
            (?P<two>.+?)(?:\s+(?:differ(?:ent)?|compare|relate|contrast)(?P<aspect>\s+.+)?)?$""",
        r"""^what\s+(?:distinguishes|sets|separates)\s+(?P<one>.+?)\s+(?:apart\s+)?from\s+(?P<two>.+)$""",
        r"""^(?P<one>.{2,120}?)\s+(?:versus|vs\.?)\s+(?P<two>.{2,200}?)$""",
    )
)
# The index of the pattern that other questions match too.
_HOW_DIFFERENT = 3
_TWO_PAPERS = re.compile(
    rf"\b(?:the\s+two|both)\s+(?:\w+\s+){{0,3}}?(?:{_PAPERS}|trials|experiments|reviews)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:compare|contrast|differen\w+|differ|versus|vs)\b|\bin\s+(?:each|both)\b", re.IGNORECASE
)
_ASPECT = re.compile(
    r"\b(?:in\s+terms\s+of|with\s+(?:respect|regard)\s+to|regarding|concerning|as\s+to|differ\s+in"
    r"|differences?\s+in)\b|[:,]\s*(?:how|what|which)\b|\bhow\s+(?:many|much)\b|^(?:what|which)\s+(?!is\b|are\b)\w+",
    re.IGNORECASE,
)
_DIFFER = re.compile(
    r"\b(?:differ|differs|different|compare|compares|compared|contrast|relate|relates)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"""^(?:what(?:\s+(?:is|are|was|were)|'s)\s+(?:meant\s+by\s+|the\s+(?:meaning|definition)\s+of\s+)?
            (?P<phrase>(?:an?\s+|the\s+)?[^,;:]{2,60}?)
        |what\s+(?:do(?:es)?|did)\s+(?P<short>.{2,60}?)\s+(?:stand\s+for|mean|refer\s+to|abbreviate)
            (?:\s+.{0,60})?
        |(?:define|explain)\s+(?P<term>.{2,60}?)
        |(?:the\s+)?(?:definition|meaning)\s+of\s+(?P<of>.{2,60}?))$""",
    re.IGNORECASE | re.VERBOSE,
)
_MAX_TERM_WORDS = 6
# `What is the accuracy of X?` asks for a fact; for a definition, only a term follows the verb.
_NO_DEFINITION = re.compile(
    r"\b(?:of|in|on|at|for|by|from|between|than|with|when|if|used|reported|called|required|needed"
    r"|main|best|maximum|minimum|biggest|largest|advantage|goal|aim|purpose|reason|result|problem)\b"
    r"|^the\b",
    re.IGNORECASE,
)

_WHOSE = r"(?P<of>.+)$"
_FIELD_PATTERNS = {
    RecordField.AUTHORS: rf"""
        ^(?:who\s+(?:is|are|was|were)\s+(?:the\s+)?(?:first\s+|last\s+|lead\s+|main\s+|senior\s+
            |corresponding\s+)*(?:authors?|writers?|researchers?)\s+(?:of|behind|on)
        |who\s+(?:has\s+|have\s+)?(?:wrote|written|authored|co-?authored|published)
        |who\s+(?:is|are|was|were)\s+(?:behind|responsible\s+for)
        |(?:what|which)\s+(?:is|are)\s+the\s+(?:names?\s+of\s+the\s+)?authors?\s+(?:of|behind)
        |(?:name|list|tell\s+me|give\s+me)\s+the\s+authors?\s+of
        |by\s+whom\s+(?:is|was|were)|authors?\s+of
        |how\s+many\s+(?:authors\s+(?:wrote|has|have|worked\s+on)|people\s+(?:wrote|worked\s+on)))
            \s+{_WHOSE}""",
    RecordField.PUBLISHED: rf"""
        ^(?:when\s+(?:was|were|is|did)|(?:in\s+)?(?:what|which)\s+(?:year|month|date)
            (?:\s+(?:was|were|did|is))?|what\s+(?:is|was)\s+the\s+(?:publication|release)\s+
            (?:date|year)\s+of|how\s+old\s+is)\s+
        (?=.*\b(?:paper|article|abstract|preprint|publi\w+|appear\w*|come\s+out|came\s+out
            |released|written|submitted|posted)\b)
        {_WHOSE}""",
    RecordField.DOI: rf"""^.{{0,40}}\bdoi\s+(?:of|for)\s+{_WHOSE}""",
    RecordField.ARXIV: rf"""
        ^.{{0,40}}\barxiv\s+(?:id|number|identifier|link)\s+(?:of|for)\s+{_WHOSE}""",
    RecordField.PMID: rf"""^.{{0,40}}\b(?:pmid|pubmed\s+id)\s+(?:of|for)\s+{_WHOSE}""",
    RecordField.LINK: rf"""
        ^(?:where\s+can\s+i\s+(?:find|read|download|get)|(?:what|which)\s+is\s+the\s+
            (?:url|link|web\s*(?:page|site))\s+(?:of|for|to)|link\s+to|url\s+of)\s+
            (?=.*\b(?:paper|article|preprint|pdf)\b){_WHOSE}""",
    RecordField.JOURNAL: rf"""
        ^(?:(?:in|at)\s+)?(?:which|what)\s+(?:journal|conference|venue|proceedings|magazine
            |publisher)\b\s*(?:is|was|were|did|has|have)?\s*{_WHOSE}
        |^where\s+(?:was|were|is|did)\s+(?P<where>.+?)\s+(?:published|appear|presented)\b.*$""",
    RecordField.LICENCE: r"""^(?=.*\blicen[cs]e\b)(?:under\s+)?(?:which|what)\b.*?
            \b(?:(?:of|for|does|do|is|are|has|have|was|were)\s+)(?P<of>.+)$""",
    RecordField.CITATIONS: r"""
        ^how\s+(?:often|many\s+times)\s+(?:has|was|is|have)\s+(?P<of>.+?)\s+(?:been\s+)?cited.*$
        |^how\s+many\s+citations\s+(?:does|do|has|have)\s+(?P<has>.+?)(?:\s+have)?$""",
    RecordField.AFFILIATION: r"""
        ^(?:at\s+|from\s+)?(?:which|what)\s+(?:university|universities|institution|institute
            |compan(?:y|ies)|lab(?:oratory)?|organi[sz]ation)s?\b.*?
            (?:(?:authors|researchers|writers)\s+(?:of|behind)|(?:wrote|published))\s+(?P<of>.+)$
        |^who\s+(?:funded|financed|sponsored|paid\s+for)\s+(?P<funded>.+)$
        |^where\s+do\s+the\s+authors\s+(?:of\s+)?(?P<work>.*?)\s*work.*$""",
}
_FIELDS = {
    field: re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.DOTALL)
    for field, pattern in _FIELD_PATTERNS.items()
}
_PAPER_WORDS = re.compile(
    rf"\b(?:the\s+|this\s+|that\s+)?(?:{_PAPERS}|pdf)\b\s*(?:(?:called|named|titled|entitled|about|on"
    r"|introducing|proposing|presenting|that\s+(?:introduces|proposes|presents|describes))\b)?"
    r"|\b(?:published|written|released|submitted|posted|appear(?:ed)?|come\s+out|came\s+out)\b",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:[\s,]+(?:please|pls|plz|thanks|thank\s+you|thx))?[\s?!.…]+$|[\s,]+(?:please|pls|plz|thx)$"
)
_POLITE = re.compile(
    r"^(?:(?:please|hi|hello|hey|so|ok(?:ay)?|now)\b[,!\s]*|(?:can|could|would)\s+you\s+"
    r"(?:please\s+)?(?:tell\s+me\s+)?(?=\w)|(?:tell\s+me|i(?:'d|\s+would)\s+like\s+to\s+know)[,:]?\s+"
    r"(?=(?:who|what|which|how|why|when|where|whether)\b))+",
    re.IGNORECASE,
)
# Fields that are asked for with one of these words, as other things have a date and a place too.
_OF_A_PAPER = (RecordField.PUBLISHED, RecordField.LINK)
_SAYS_PAPER = re.compile(
    r"\b(?:papers?|articles?|abstract|preprint|pdf|publi\w+|appear\w*|c[oa]me\s+out|released|written"
    r"|submitted|posted|read)\b",
    re.IGNORECASE,
)
# References to a known paper, and a placeholder title that no paper has.
_REFERENCE = re.compile(rf"\b(?:it|(?:this|the|that)(?:\s+{_PAPERS})?)(?!\w)", re.IGNORECASE)
_PLACEHOLDER = "the paper “This One”"


def plain_question(question: str) -> str:
    """`question` without polite words around it and marks at its end."""
    return _POLITE.sub("", _ENDING.sub("", question.strip())) or question.strip()


def classify_question(question: str) -> ParsedQuestion:
    """Classify `question` by its wording; the default is a fact."""
    text = plain_question(question)
    for parse in (_metadata, _overview, _listing, _comparison, _summary, _definition):
        parsed = parse(text)
        if parsed is not None:
            return parsed
    return ParsedQuestion(QuestionKind.FACT, text)


def classify_paper_question(question: str) -> ParsedQuestion | None:
    """Classify a question about a selected paper, such as `Who wrote it?`.

    None if it asks neither for the paper's summary nor for its record.
    """
    question = question.strip()
    for variant in (
        _REFERENCE.sub(_PLACEHOLDER, question, count=1),
        f"{question.rstrip(' ?.!')} of {_PLACEHOLDER}?",
    ):
        parsed = classify_question(variant)
        if parsed.kind is QuestionKind.OVERVIEW and parsed.topic == _PLACEHOLDER:
            return ParsedQuestion(QuestionKind.SUMMARY, parsed.topic)
        if parsed.kind is QuestionKind.SUMMARY or (
            parsed.kind is QuestionKind.METADATA
            and variant != question
            # `When did it start?` and `Where can I get the data?` do not ask for the record.
            and (parsed.field not in _OF_A_PAPER or _SAYS_PAPER.search(question))
        ):
            return parsed
    return None


def asks_which_paper(question: str) -> bool:
    """Whether `question` asks for one paper by what it did: `Which study looked at sleep?`."""
    return _WHICH_PAPER.match(plain_question(question)) is not None


def compared_in_general(question: str) -> bool:
    """Whether `question` compares two things without an aspect: `Compare X with Y`."""
    text = plain_question(question)
    if _TWO_PAPERS.search(text):
        return _ASPECT.search(text) is None
    for pattern in _COMPARISONS:
        if match := pattern.match(text):
            return not (match.groupdict().get("aspect") or "").strip()
    return False


def _metadata(text: str) -> ParsedQuestion | None:
    for field, pattern in _FIELDS.items():
        match = pattern.match(text)
        if match:
            paper = next((group for group in match.groupdict().values() if group), "")
            return ParsedQuestion(QuestionKind.METADATA, _paper_name(paper) or text, field=field)
    return None


def _paper_name(text: str) -> str:
    plain = " ".join(_PAPER_WORDS.sub(" ", text).split()).strip(" \"“”'‘’,")
    # Drop the article of `the FlashRNN paper`, but not that of a title.
    return re.sub(r"^the\s+(?=\S+$)|\s+(?:have|has)$", "", plain)


def _overview(text: str) -> ParsedQuestion | None:
    match = _OVERVIEW.match(text)
    return ParsedQuestion(QuestionKind.OVERVIEW, match["topic"].strip()) if match else None


def _listing(text: str) -> ParsedQuestion | None:
    match = _LIST.match(text)
    if not match:
        return None
    topic = _LIST_LINK.sub("", match["topic"], count=1).strip()
    topic = re.sub(rf"{_HERE}$", "", topic, flags=re.IGNORECASE)
    return ParsedQuestion(QuestionKind.LIST, topic or match["topic"].strip())


def _comparison(text: str) -> ParsedQuestion | None:
    if _TWO_PAPERS.search(text) and _COMPARES.search(text):
        return ParsedQuestion(QuestionKind.COMPARISON, text)
    for number, pattern in enumerate(_COMPARISONS):
        match = pattern.match(text)
        if match and (number != _HOW_DIFFERENT or _DIFFER.search(text)):
            aspect = (match.groupdict().get("aspect") or "").strip()
            sides = tuple(f"{side.strip()} {aspect}".strip() for side in match.group("one", "two"))
            return ParsedQuestion(QuestionKind.COMPARISON, text, sides=sides)
    return None


def _summary(text: str) -> ParsedQuestion | None:
    match = _SUMMARY.match(text)
    if not match:
        return None
    inner = _SUMMARY_WORDS.match(match["topic"].strip())
    name = inner["name"] if inner else match["topic"]
    return ParsedQuestion(QuestionKind.SUMMARY, name.strip(" \"“”'‘’"))


def _definition(text: str) -> ParsedQuestion | None:
    match = _DEFINITION.match(text)
    if not match:
        return None
    term = next(group for group in match.groupdict().values() if group)
    if match["phrase"] and _NO_DEFINITION.search(re.sub(r"^an?\s+", "", term)):
        return None
    if len(term.split()) > _MAX_TERM_WORDS:
        return None
    return ParsedQuestion(
        QuestionKind.DEFINITION, re.sub(r"^(?:an?|the)\s+", "", term, flags=re.IGNORECASE)
    )

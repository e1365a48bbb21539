"""Zotero's local API, as a server on this computer that follows a script."""

from __future__ import annotations

import json

import pytest
from zotero_support import LocalApi, serving

from assistant.errors import ZoteroUnreadable
from assistant.zotero import OWN_LIBRARY, ZoteroItem, ZoteroLocalApi, paper_of_item

Answer = tuple[int, dict[str, str], bytes]


def items(port: int) -> list[ZoteroItem]:
    api = ZoteroLocalApi(port)
    return list(api.items(OWN_LIBRARY, list(api.stamps(OWN_LIBRARY))))


def test_everything_about_an_item() -> None:
    api = LocalApi()
    api.collection("COLL2345", "Thesis")
    api.collection("COLL2346", "Chapter 2", "COLL2345")
    api.add(
        "ABCD2345",
        title="On sleep",
        parsed="2019-03",
        date="March 2019",
        creators=[
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "author", "name": "Owl Consortium"},
        ],
        tags=[{"tag": "owls", "type": 1}],
        collections=["COLL2346", "GONE2345"],
        volume="",
        DOI="10.1000/182",
        dateAdded="2026-01-01T00:00:00Z",
    )
    api.add("PDFS2345", "attachment", parentItem="ABCD2345", contentType="application/pdf")
    api.add("NOTE2345", "note", note="<p>Private.</p>")
    with serving(api) as port:
        (item,) = items(port)
    assert item == ZoteroItem(
        key="ABCD2345",
        kind="journalArticle",
        fields={"title": "On sleep", "date": "2019-03", "DOI": "10.1000/182"},
        creators=(
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "author", "name": "Owl Consortium"},
        ),
        tags=("owls",),
        collections=("Thesis/Chapter 2",),
        has_pdf=True,
    )
    assert paper_of_item(item, OWN_LIBRARY).published == "2019-03"


def test_a_library_of_several_pages() -> None:
    api = LocalApi()
    for number in range(1_234):
        api.add(f"KEYS{number:04}", title=f"Paper {number}")
    with serving(api) as port:
        assert len(items(port)) == 1_234
    assert api.requests.count("/api/users/0/items/top") == 3


def test_stamps_change_with_the_items_and_their_collections() -> None:
    api = LocalApi()
    api.collection("COLL2345", "Thesis")
    api.add("ABCD2345", title="One", collections=["COLL2345"])
    api.add("ABCD2346", title="Two")
    with serving(api) as port:
        before = ZoteroLocalApi(port).stamps(OWN_LIBRARY)
        assert ZoteroLocalApi(port).stamps(OWN_LIBRARY) == before
        api.lists["users/0/collections"][0]["data"]["name"] = "Renamed"
        renamed = ZoteroLocalApi(port).stamps(OWN_LIBRARY)
        api.lists["users/0/items/top"][1]["data"]["title"] = "Changed"
        changed = ZoteroLocalApi(port).stamps(OWN_LIBRARY)
    assert [key for key in before if renamed[key] != before[key]] == ["ABCD2345"]
    assert [key for key in before if changed[key] != renamed[key]] == ["ABCD2346"]


def test_groups() -> None:
    api = LocalApi()
    api.lists["users/0/groups"] = [{"id": 12, "data": {"id": 12, "name": "Lab"}}]
    with serving(api) as port:
        assert ZoteroLocalApi(port).libraries(groups=False) == [OWN_LIBRARY]
        _, group = ZoteroLocalApi(port).libraries(groups=True)
    assert (group.name, group.origin) == ("Lab", "zotero:groups/12")


def test_a_library_that_shrinks_while_it_is_read_is_read_again() -> None:
    api = LocalApi()
    for number in range(700):
        api.add(f"KEYS{number:04}", title=f"Paper {number}")
    shrunk = False

    def script(path: str, query: dict[str, str]) -> Answer:
        nonlocal shrunk
        answer = api(path, query)
        if path.endswith("/items/top") and not shrunk:
            shrunk = True
            del api.lists["users/0/items/top"][:10]
        return answer

    with serving(script) as port:
        assert len(items(port)) == 690


def test_a_library_that_never_rests_is_not_read() -> None:
    api = LocalApi()
    for number in range(1_100):
        api.add(f"KEYS{number:04}", title=f"Paper {number}")

    def script(path: str, query: dict[str, str]) -> Answer:
        answer = api(path, query)
        if path.endswith("/items/top"):
            api.lists["users/0/items/top"].pop(0)
        return answer

    with serving(script) as port, pytest.raises(ZoteroUnreadable, match="changed all the time"):
        items(port)


def refusal(answer: Answer) -> str:
    with serving(lambda path, query: answer) as port, pytest.raises(ZoteroUnreadable) as caught:
        items(port)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_api_that_is_switched_off() -> None:
    assert "Allow other applications" in refusal((403, {}, b"Local API is not enabled"))


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"Not found"),
        (200, {}, b"<html>Another program</html>"),
        (200, {"Total-Results": "1"}, b"<html>"),
        (200, {"Total-Results": "many"}, b"[]"),
        (200, {"Total-Results": "1"}, b'{"items": []}'),
        (200, {"Total-Results": "1"}, b"[1]"),
        (200, {"Total-Results": "1"}, b"[" * 100_000),
        (302, {"Location": "http://example.org/"}, b""),
    ],
)
def test_what_is_not_zotero(answer: Answer) -> None:
    assert "does not answer as Zotero" in refusal(answer)


def test_items_without_keys_are_not_zoteros() -> None:
    body = json.dumps([{"data": {"itemType": "book"}}]).encode()
    assert "does not answer as Zotero" in refusal((200, {"Total-Results": "1"}, body))


def test_values_of_the_wrong_kind_are_left_out() -> None:
    api = LocalApi()
    nonsense = {"a": [1]}
    api.add(
        "ABCD2345",
        title="On sleep",
        volume=nonsense,
        tags=[nonsense, "text", {"tag": nonsense}],
        collections=[nonsense],
        creators=[nonsense, 7],
    )
    api.add("PDFS2345", "attachment", parentItem=nonsense, contentType="application/pdf")
    api.lists["users/0/collections"] = [{"key": nonsense, "data": nonsense}]
    with serving(api) as port:
        (item,) = items(port)
    assert (item.fields, item.collections, item.has_pdf) == ({"title": "On sleep"}, (), False)
    assert paper_of_item(item, OWN_LIBRARY).title == "On sleep"


def test_nobody_answers() -> None:
    with serving(LocalApi()) as port:
        pass
    with pytest.raises(ZoteroUnreadable, match=r"not running.*Allow other applications"):
        items(port)

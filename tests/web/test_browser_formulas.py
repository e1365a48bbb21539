"""Formulas are copied as LaTeX."""

from __future__ import annotations

from web_support import MakeSession, OpenPage, Serve

from assistant.html.formulas import formulas


def test_what_is_copied_holds_the_source_of_its_formulas(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    text = r"It takes $O(n \log n) + f(n) = g(x) + h(x) + k$ steps, $x$ of them <b>slow</b>."
    with serve(make_session()) as server, open_page(server.address) as page:
        copied = page.evaluate(
            """html => {
                const place = document.createElement("p");
                place.innerHTML = html;
                document.body.append(place);
                getSelection().selectAllChildren(place);
                const clipboardData = new DataTransfer();
                place.dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true }));
                return [clipboardData.getData("text/plain"), place.querySelectorAll("math").length];
            }""",
            str(formulas(text)),
        )
        assert copied[0] == text
        assert copied[1] > 2

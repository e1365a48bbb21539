"""The language of a request: of its handlers, of what it gets of the components, of ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from asgi_support import request as send_request
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from assistant.languages import LANGUAGES, Later, _, current_language, speaking
from assistant.web.components import button, html, text_box
from assistant.web.spoken_page import COOKIE, SpokenApplication, SpokenBlocks

ENGLISH, GERMAN, CHINESE = LANGUAGES


async def _tell(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(0)
    await PlainTextResponse(current_language().code)(scope, receive, send)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "en"),
        ({"accept_language": "de-DE,de;q=0.9"}, "de"),
        ({"accept_language": "de", "cookie": f"x=1; {COOKIE}=zh"}, "zh"),
        ({"accept_language": "de", "cookie": f"{COOKIE}="}, "de"),
        ({"accept_language": "de", "cookie": f"{COOKIE}=<script>"}, "de"),
        ({"cookie": "\xff;;=;"}, "en"),
    ],
)
def test_a_request_is_answered_in_its_language(headers: dict[str, str], code: str) -> None:
    assert send_request(SpokenApplication(_tell), "GET", "/", **headers).body == code
    assert current_language() is ENGLISH


async def _page() -> SpokenBlocks:
    """A page; outside of a running event loop Gradio would leave loops open."""
    page = SpokenBlocks(title=_("Paper assistant"), analytics_enabled=False)
    with page:
        button(_("Save"), "save")
        text_box(_("Question"), "question", _("Ask your papers …"))
        gr.Radio([(_("A date"), "date"), ("Settings", "x")], label=_("New since"), info=_("Saved."))
        gr.Number(label=_("Evidence sentences"), info=_("Saved."))
        gr.Checkbox(label=_("Settings"))
        gr.File(label=_("Files or zip archives"))
        gr.Dropdown([(_("Table (CSV)"), "csv")], label=_("File format"))
        html(Later(lambda: f"<p>{_('Undo')}</p>"))
        with gr.Tabs(), gr.Tab(_("Library"), id="library"):
            html("Library")
    return page


def test_every_kind_of_component_is_translated() -> None:
    page = asyncio.run(_page())
    english = str(page.config)
    with speaking(GERMAN):
        german = str(page.config)
    with speaking(CHINESE):
        chinese = str(page.config)
    for text, translated, other in (
        ("Paper assistant", "Paper-Assistent", "论文助手"),
        ("'Save'", "'Speichern'", "'保存'"),
        ("Question", "Frage", "问题"),
        ("Ask your papers …", "Fragen Sie Ihre Artikel …", "向您的论文提问…"),
        ("A date", "Ein Datum", "指定日期"),
        ("New since", "Neu seit", "起始时间"),
        ("Saved.", "Gespeichert.", "已保存。"),
        ("Evidence sentences", "Belegsätze", "证据句数"),
        ("'label': 'Settings'", "'label': 'Einstellungen'", "'label': '设置'"),
        ("Files or zip archives", "Dateien oder Zip-Archive", "文件或 zip 压缩包"),
        ("Table (CSV)", "Tabelle (CSV)", "表格 (CSV)"),
        ("<p>Undo</p>", "<p>Rückgängig</p>", "<p>撤销</p>"),
        ("'label': 'Library'", "'label': 'Bibliothek'", "'label': '文库'"),
    ):
        assert text in english, text
        assert translated in german, translated
        assert text not in german, text
        assert other in chinese, other
    # Values that are the same as a text of the page by chance.
    assert "('Settings', 'x')" in german or "['Settings', 'x']" in german
    assert str(page.config) == english


def _request(language: str) -> Any:
    headers = [(b"accept-language", language.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    return gr.Request(Request(scope))


def test_handlers_and_every_step_of_generators_speak_the_language_of_their_request() -> None:
    def steps() -> Iterator[str]:
        for _step in range(3):
            yield str(_("Saved."))

    async def run(page: SpokenBlocks, number: int, language: str) -> list[Any]:
        got, iterator = [], None
        while True:
            done = await page.process_api(
                block_fn=page.fns[number],
                inputs=[],
                request=_request(language),
                iterator=iterator,
                state=None,
            )
            got.append(done["data"][0])
            iterator = done.get("iterator")
            if not done["is_generating"]:
                return got
            await asyncio.sleep(0)

    async def everything() -> list[list[Any]]:
        with SpokenBlocks(analytics_enabled=False) as page:
            box = gr.Textbox()
            page.load(lambda: str(_("Settings")), outputs=[box])
            page.load(steps, outputs=[box])
        calls = [run(page, number, code) for number in (0, 1) for code in ("de", "zh", "en")]
        return await asyncio.gather(*calls)

    handled = asyncio.run(everything())
    assert [one[0] for one in handled[:3]] == ["Einstellungen", "设置", "Settings"]
    for said, text in zip(handled[3:], ("Gespeichert.", "已保存。", "Saved."), strict=True):
        assert said[:3] == [text] * 3


def test_a_request_without_headers_is_english() -> None:
    async def settings() -> Any:
        with SpokenBlocks(analytics_enabled=False) as page:
            box = gr.Textbox()
            page.load(lambda: str(_("Settings")), outputs=[box])
        request = SimpleNamespace(headers=None)
        return await page.process_api(page.fns[0], [], request=request)

    assert asyncio.run(settings())["data"] == ["Settings"]

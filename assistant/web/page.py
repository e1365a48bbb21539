"""The whole page: sidebar, header, places and theme. Building it opens and serves nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.languages import Later, _
from assistant.web.asking.chat import Chat
from assistant.web.asking.chat_tab import ChatTab
from assistant.web.asking.chats import ChatHistory
from assistant.web.asking.draft_tab import add_draft_tab
from assistant.web.asking.drafts import Drafts
from assistant.web.asking.examples import Examples
from assistant.web.asking.first_start import FirstStart
from assistant.web.browsing.digest import Digests
from assistant.web.browsing.digest_tab import add_digest_tab
from assistant.web.browsing.duplicates import Duplicates
from assistant.web.browsing.facets import Facets
from assistant.web.browsing.library_tab import LibraryParts, add_library_tab
from assistant.web.browsing.map import Maps
from assistant.web.browsing.map_tab import add_map_tab
from assistant.web.browsing.paper_detail import PaperDetail
from assistant.web.browsing.selection import Selection
from assistant.web.browsing.table import PaperTable
from assistant.web.components import html, owner, parallel, signal, visitor
from assistant.web.header import Header
from assistant.web.ingestion.importing import Importing
from assistant.web.ingestion.tldr_work import TldrWork
from assistant.web.ingestion.zotero_import import ZoteroImport
from assistant.web.jobs import Jobs
from assistant.web.revisions import Revisions
from assistant.web.settings.about import About
from assistant.web.settings.preferences import Preferences
from assistant.web.settings.prompt_editor import PromptEditor
from assistant.web.settings.settings_tab import add_settings_tab
from assistant.web.sidebar import add_sidebar
from assistant.web.spoken_page import SpokenBlocks
from assistant.web.tables.table_form import TableForm
from assistant.web.tables.table_tab import add_table_tab
from assistant.web.tables.table_view import TableView
from assistant.web.tables.table_work import TableWork

if TYPE_CHECKING:
    from assistant.session import Session

TITLE = _("Paper assistant")
# Uploads are removed once they are read. Gradio removes others: seconds between two checks, and the
# age in seconds from which it removes them.
_DELETE_UPLOADS = (3600, 3600)
# Answers written at the same time. With more, all of them arrive later.
ANSWERS_AT_ONCE = 4
# Threads for handlers. A question that waits for the model keeps one.
_MAX_THREADS = 256
_FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

# Colours and widths of the theme, in light and dark.
_COLOURS = {
    "body_background_fill": ("#faf9f6", "#161716"),
    "button_primary_background_fill": ("*primary_700", "*primary_700"),
    "button_primary_background_fill_hover": ("*primary_800", "*primary_800"),
    "button_border_width": ("1px", "1px"),
    "button_secondary_background_fill": ("#ffffff", "#1f2120"),
    "button_secondary_background_fill_hover": ("#ffffff", "#1f2120"),
    "button_secondary_border_color": ("#cfcbc1", "#4b4f4c"),
    "button_secondary_border_color_hover": ("#0f6b66", "#6cc5bb"),
    "button_secondary_text_color_hover": ("#0f6b66", "#6cc5bb"),
    "block_background_fill": ("#ffffff", "#1f2120"),
    "block_border_color": ("#e2dfd8", "#373a38"),
    "input_background_fill": ("#ffffff", "#1f2120"),
    "checkbox_label_background_fill": ("#ffffff", "#1f2120"),
    "checkbox_label_background_fill_hover": ("#eef5f3", "#1d2c2a"),
    "checkbox_label_background_fill_selected": ("#eef5f3", "#1d2c2a"),
    "checkbox_label_border_width": ("1px", "1px"),
    "checkbox_label_border_color": ("#e2dfd8", "#373a38"),
    "checkbox_label_border_color_selected": ("#0f6b66", "#6cc5bb"),
    "checkbox_background_color_selected": ("*primary_700", "*primary_700"),
    "checkbox_border_color": ("#8a867c", "#7d827f"),
}


def build_page(
    session: Session,
    jobs: Jobs | None = None,
    *,
    group: bool = False,
    tldrs: TldrWork | None = None,
    tables: TableWork | None = None,
    revisions: Revisions | None = None,
) -> gr.Blocks:
    """Build the page over `session`; its long work runs as `jobs`.

    For a `group` of people, who log in, the settings are read-only. `tldrs` and `tables` work in
    the background. `revisions` tells windows that they have news.
    """
    jobs = jobs or Jobs()
    # Gradio reads it when components are created: uploads go to our own folder.
    os.environ["GRADIO_TEMP_DIR"] = str(session.settings.cache / "uploads")
    head = Header(session, jobs)
    chat = Chat(session, jobs, ANSWERS_AT_ONCE)
    history = ChatHistory(session, chat)
    selection = Selection(session, jobs)
    importing = Importing(session, jobs)
    zotero = ZoteroImport(session, jobs, group=group)
    tldrs = tldrs or TldrWork(session, jobs)
    tables = tables or TableWork(session, jobs)
    maps = Maps(session, jobs)
    facets = Facets(session)
    (revisions or Revisions()).watch(
        [
            lambda user: history.state(owner=user),
            head.now,
            lambda user: (importing.line(), zotero.line(), tldrs.view()),
            lambda user: (facets.is_due(), maps.running),
        ],
        chat.versions,
    )

    def head_now(request: gr.Request) -> str:
        return head.now(owner(request))

    def head_if_changed(shown: str, request: gr.Request) -> tuple[Any, ...]:
        html = head.now(owner(request))
        return (gr.skip(), gr.skip()) if html == shown else (html, html)

    def head_until_ready(request: gr.Request) -> Iterator[str]:
        yield from head.until_ready(owner(request))

    def what_is_new(known: str, request: gr.Request) -> Any:
        state = (
            history.state(owner=owner(request)),
            head.now(owner(request)),
            chat.state(visitor(request)),
            zotero.line(),
        )
        stamp = str(hash(state))
        return gr.skip() if stamp == known else stamp

    def leave(request: gr.Request) -> None:
        gone = visitor(request)
        chat.leave(gone)
        history.forget_deleted(gone)
        importing.forget(gone)
        selection.leave(gone)

    page = SpokenBlocks(title=TITLE, analytics_enabled=False, delete_cache=_DELETE_UPLOADS)
    with page:
        # Written by page.js when there may be news, see `Revisions`. Only if something has changed,
        # `news` changes too, and what depends on it is rendered again.
        tick, news = signal("Tick", "tick"), signal("News", "news")
        tick.change(
            what_is_new, inputs=[news], outputs=[news], trigger_mode="always_last", **parallel()
        )
        add_sidebar(history, news)
        header = html(Later(head.first), elem_id="header")
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab(_("Ask"), id="ask"):
                ChatTab(page, chat, Examples(session), FirstStart(session, zotero), news)
            with gr.Tab(_("Check a draft"), id="draft") as draft_tab:
                add_draft_tab(draft_tab, Drafts(session, jobs))
            with gr.Tab(_("Library"), id="library"):
                add_library_tab(
                    LibraryParts(
                        PaperTable(session),
                        facets,
                        PaperDetail(session, tldrs),
                        Duplicates(session),
                        selection,
                        importing,
                        zotero,
                        tldrs,
                    ),
                    header,
                    head_now,
                )
            with gr.Tab(_("Table"), id="table") as table_tab:
                add_table_tab(table_tab, TableForm(session, tables), TableView(tables), tables)
            with gr.Tab(_("Map"), id="map") as map_tab:
                add_map_tab(map_tab, maps)
            add_digest_tab(Digests(session, maps))
            add_settings_tab(
                About(session, group=group),
                Preferences(session, jobs),
                PromptEditor(session),
                header,
                head.now,
                editable=not group,
            )
        page.load(head_until_ready, outputs=[header], **parallel())
        shown = gr.State("")
        news.change(
            head_if_changed,
            inputs=[shown],
            outputs=[header, shown],
            trigger_mode="once",
            **parallel(),
        )
        page.unload(leave)
    page.max_threads = _MAX_THREADS
    page.queue()
    return page


def build_theme() -> gr.themes.Base:
    """Calm colours and installed fonts."""
    accent = gr.themes.colors.teal
    return gr.themes.Base(
        primary_hue=accent,
        secondary_hue=accent,
        neutral_hue=gr.themes.colors.zinc,
        radius_size=gr.themes.sizes.radius_md,
        font=_FONT,
        font_mono=_MONO,
    ).set(
        button_primary_text_color="white",
        button_large_text_weight="500",
        button_large_text_size="0.95rem",
        **{name: light for name, (light, _) in _COLOURS.items()},
        **{f"{name}_dark": dark for name, (_, dark) in _COLOURS.items()},
    )

"""The command-line application: commands, global options, and how every run ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import typer
import typer.core

from assistant import __version__
from assistant.cli import (
    ask,
    cite,
    digest,
    doctor,
    duplicates,
    evaluate,
    export,
    feeds,
    importing,
    maintenance,
    mcp,
    models,
    search,
    serve,
    table,
    tagging,
    tldrs,
    users,
    verify,
    watch,
    zotero,
    zotero_tldrs,
)
from assistant.cli.interrupt import INTERRUPTED
from assistant.cli.options import (
    CHROMA_HELP,
    LIBRARY_HELP,
    MODEL_HELP,
    Call,
    GlobalOptions,
    JsonOption,
    with_options,
)
from assistant.cli.streams import Streams, leave_stdout, use_utf8
from assistant.errors import AssistantError, SettingsError, UsageError
from assistant.settings import load_settings

_HELP = (
    "Ask your library of paper abstracts and get cited answers and one-line TL;DRs. "
    "Everything runs on this computer. Nothing is sent anywhere unless you use `digest --send` or "
    "`feed`, or a server of your choice, and nothing is downloaded unless you use `models pull` or "
    "`feed`."
)


class Commands(typer.core.TyperGroup):
    """Runs a command; every failure ends in one line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command and turn errors and interrupts into exit codes."""
        streams = Streams()
        try:
            return super().invoke(ctx)
        except UsageError as error:
            streams.error(str(error))
            raise typer.Exit(2) from error
        except AssistantError as error:
            streams.error(str(error))
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            streams.note("Stopped.")
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            leave_stdout()
            raise typer.Exit(1) from error
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:
            if _wants_traceback():
                raise
            streams.error(
                f"The assistant failed unexpectedly ({type(error).__name__}: {error}). "
                "Set ASSISTANT_TRACEBACK=1 and run the command again to see the traceback."
            )
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Commands,
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        Streams().text(f"assistant {__version__}\n")
        raise typer.Exit


@app.callback()
def before_the_command(
    context: typer.Context,
    library: Annotated[
        str | None, typer.Option("--library", metavar="PATH", help=LIBRARY_HELP)
    ] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="MODEL", help=MODEL_HELP)] = None,
    chroma: Annotated[str | None, typer.Option("--chroma", metavar="URL", help=CHROMA_HELP)] = None,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Store the options that can be given before or after any command."""
    context.obj = GlobalOptions(library, model, chroma)


def _add(name: str, command: Callable[..., None], *examples: str, to: typer.Typer = app) -> None:
    """Add a command to `to`, with examples at the end of its help."""
    # The first line prevents wrapping.
    epilog = "\n".join(("\b", "Example:", *(f"  {example}" for example in examples)))
    to.command(name, epilog=epilog)(with_options(command))


_add("import", importing.import_papers, "assistant import trending_page.txt more.jsonl")
_add(
    "ask",
    ask.ask,
    'assistant ask "Which method needs no labels?"',
    "assistant ask --json - < questions.txt > answers.jsonl",
)
_add("chat", ask.chat, "assistant chat")
_add(
    "verify",
    verify.verify,
    "assistant verify draft.md --since 2020",
    "assistant verify pairs.jsonl > verdicts.jsonl",
)
_add(
    "eval",
    evaluate.evaluate,
    "assistant eval questions.jsonl",
    "assistant eval --model qwen.gguf --json questions.jsonl > results.jsonl",
)
_add("tldr", tldrs.tldr, "assistant tldr --format md --out tldrs.md", "assistant tldr - < page.txt")
_add(
    "table",
    table.table,
    "assistant table --set trial tag:sleep --out trials.xlsx",
    'assistant table --column "sample=How many people took part?" --search "sleep apnea" -o a.csv',
)
_add(
    "digest",
    digest.digest,
    "assistant digest",
    "assistant digest --since 7d --format html -o digest.html",
)
_add(
    "search",
    search.search,
    'assistant search "graph neural networks" --limit 5',
    "assistant search 'attention author:\"Geoffrey Hinton\" since:2015'",
)
_add("similar", search.similar, "assistant similar arxiv:1706.03762 --since 2018")
_add("list", search.list_papers, "assistant list | head", "assistant list tag:nlp")
_add("show", search.show, "assistant show arxiv:1706.03762")
_add("cite", cite.cite, "assistant cite arxiv:1706.03762 --style ieee")
_add("tag", tagging.tag, "assistant tag star arxiv:1706.03762")
_add("untag", tagging.untag, "assistant untag to-read --tag to-read --until 2020")
_add("remove", tagging.remove, "assistant remove --source old.bib")
_add(
    "duplicates",
    duplicates.duplicates,
    "assistant duplicates",
    "assistant duplicates --dismiss 12,40",
)
_add("merge", duplicates.merge, "assistant merge doi:10.1000/182 arxiv:1706.03762")
_add(
    "split",
    duplicates.split,
    "assistant split doi:10.1000/182",
    "assistant split doi:10.1000/182 scopus.csv",
)
_add("watch", watch.watch, "assistant watch ~/Downloads")
_add("embed", maintenance.embed, "assistant embed")
_add("stats", maintenance.stats, "assistant stats")
_add("check", maintenance.check, "assistant check --repair")
_add("backup", maintenance.backup, "assistant backup papers.zip")
_add("restore", maintenance.restore, "assistant restore papers.zip --library copy")
_add(
    "export",
    export.export,
    "assistant export -o library.bib",
    "assistant export tag:nlp --format obsidian -o vault/nlp",
)
_add(
    "serve",
    serve.serve,
    "assistant serve --port 8080",
    "assistant serve --host 0.0.0.0 --auth users.txt",
)
_add("mcp", mcp.mcp, "assistant mcp", "assistant mcp --allow-writes")
feed = typer.Typer(help="Fetch new papers from journals, arXiv, PubMed and others.")
_add(
    "add",
    feeds.add,
    "assistant feed add arxiv:cs.CL",
    "assistant feed add 'pubmed:asthma AND children' --name asthma",
    to=feed,
)
_add("list", feeds.list_feeds, "assistant feed list", to=feed)
_add("remove", feeds.remove, "assistant feed remove asthma", to=feed)
_add("update", feeds.update, "assistant feed update", "assistant feed update asthma", to=feed)
_add("watch", feeds.watch, "assistant feed watch on --every 6h", to=feed)
app.add_typer(feed, name="feed", no_args_is_help=True)
user = typer.Typer(help="Manage who can log in to the page: add, remove or list users.")
_add("add", users.add, "assistant user add ann --auth users.txt", to=user)
_add("remove", users.remove, "assistant user remove ann --auth users.txt", to=user)
_add("token", users.token, "assistant user token ann --auth users.txt", to=user)
_add("list", users.list_users, "assistant user list --auth users.txt", to=user)
app.add_typer(user, name="user", no_args_is_help=True)
model_commands = typer.Typer(
    help="List the language models on this computer, and choose one.", invoke_without_command=True
)


@model_commands.callback()
def list_models_by_default(
    context: typer.Context,
    library: Annotated[
        str | None, typer.Option("--library", metavar="PATH", help=LIBRARY_HELP)
    ] = None,
    everything: models.AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the language models on this computer, and choose one. Without a command: list."""
    if library is not None:
        context.obj = replace(context.obj, library=library)
    if context.invoked_subcommand is None:
        models.list_models(everything, as_json, call=Call(context))


_add(
    "list", models.list_models, "assistant models", "assistant models list --all", to=model_commands
)
_add("info", models.info, "assistant models info qwen2.5:1.5b", to=model_commands)
_add(
    "use",
    models.use,
    "assistant models use qwen2.5:1.5b",
    "assistant models use bundled",
    to=model_commands,
)
_add(
    "pull",
    models.pull,
    "assistant models pull",
    "assistant models pull qwen3-4b --use",
    to=model_commands,
)
app.add_typer(model_commands, name="models")
zotero_app = typer.Typer(help="Work with your Zotero library: sync, status, TL;DRs for Zotero.")
_add(
    "sync",
    zotero.sync,
    "assistant zotero sync",
    "assistant zotero sync --data-dir ~/Documents/Zotero --groups",
    to=zotero_app,
)
_add("status", zotero.status, "assistant zotero status", to=zotero_app)
_add(
    "tldrs",
    zotero_tldrs.tldrs,
    "assistant zotero tldrs tldrs.rdf",
    "assistant zotero tldrs --new tldrs.rdf",
    to=zotero_app,
)
app.add_typer(zotero_app, name="zotero", no_args_is_help=True)
_add("doctor", doctor.doctor, "assistant doctor")
_add("status", importing.status, "assistant status --json")


def run(arguments: list[str] | None = None) -> None:
    """Run `arguments` (None: the arguments of the process) and exit."""
    use_utf8()
    try:
        typer.main.get_command(app).main(args=arguments, prog_name="assistant")
    except (AssistantError, OSError) as error:
        # `--help` and `--version` write their output before any command runs.
        leave_stdout()
        Streams().error(str(error))
        sys.exit(1)


def _wants_traceback() -> bool:
    try:
        return load_settings().traceback
    except SettingsError:
        return False

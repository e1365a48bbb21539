"""The command-line application: commands, global options, and how every run ends."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
import typer.core

from assistant import __version__
from assistant.cli import (
    ask,
    digest,
    export,
    importing,
    maintenance,
    search,
    serve,
    tagging,
    tldrs,
    users,
    watch,
)
from assistant.cli.interrupt import INTERRUPTED
from assistant.cli.options import LIBRARY_HELP, MODEL_HELP, GlobalOptions
from assistant.cli.streams import Streams, leave_stdout, use_utf8
from assistant.errors import AssistantError, SettingsError, UsageError
from assistant.settings import load_settings

_HELP = (
    "Ask your library of paper abstracts and get cited answers and one-line TL;DRs. "
    "Everything runs on this computer. Nothing is sent anywhere unless you use `digest --send`."
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
    model: Annotated[
        str | None, typer.Option("--model", metavar="PATH.gguf", help=MODEL_HELP)
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Store the options that can be given before or after any command."""
    context.obj = GlobalOptions(library, model)


def _example(*lines: str) -> str:
    """The examples at the end of a command's help; the first line prevents wrapping."""
    return "\b\n" + "\n".join(("Example:", *(f"  {line}" for line in lines)))


app.command("import", epilog=_example("assistant import trending_page.txt more.jsonl"))(
    importing.import_papers
)
app.command(
    "ask",
    epilog=_example(
        'assistant ask "Which method needs no labels?"',
        "assistant ask --json - < questions.txt > answers.jsonl",
    ),
)(ask.ask)
app.command("chat", epilog=_example("assistant chat"))(ask.chat)
app.command(
    "tldr",
    epilog=_example(
        "assistant tldr --format md --out tldrs.md",
        "assistant tldr - < page.txt",
    ),
)(tldrs.tldr)
app.command(
    "digest",
    epilog=_example("assistant digest", "assistant digest --since 7d --format html -o digest.html"),
)(digest.digest)
app.command(
    "search",
    epilog=_example(
        'assistant search "graph neural networks" --limit 5',
        "assistant search 'attention author:\"Geoffrey Hinton\" since:2015'",
    ),
)(search.search)
app.command("similar", epilog=_example("assistant similar arxiv:1706.03762 --since 2018"))(
    search.similar
)
app.command("list", epilog=_example("assistant list | head", "assistant list tag:nlp"))(
    search.list_papers
)
app.command("show", epilog=_example("assistant show arxiv:1706.03762"))(search.show)
app.command("tag", epilog=_example("assistant tag star arxiv:1706.03762"))(tagging.tag)
app.command("untag", epilog=_example("assistant untag to-read --tag to-read --until 2020"))(
    tagging.untag
)
app.command("remove", epilog=_example("assistant remove --source old.bib"))(tagging.remove)
app.command("watch", epilog=_example("assistant watch ~/Downloads"))(watch.watch)
app.command("embed", epilog=_example("assistant embed"))(maintenance.embed)
app.command("stats", epilog=_example("assistant stats"))(maintenance.stats)
app.command("check", epilog=_example("assistant check --repair"))(maintenance.check)
app.command("backup", epilog=_example("assistant backup papers.zip"))(maintenance.backup)
app.command("restore", epilog=_example("assistant restore papers.zip --library copy"))(
    maintenance.restore
)
app.command(
    "export",
    epilog=_example(
        "assistant export -o library.bib", "assistant export tag:nlp --format obsidian -o vault/nlp"
    ),
)(export.export)
app.command(
    "serve",
    epilog=_example(
        "assistant serve --port 8080", "assistant serve --host 0.0.0.0 --auth users.txt"
    ),
)(serve.serve)
user = typer.Typer(help="Manage who can log in to the page: add, remove or list users.")
user.command("add", epilog=_example("assistant user add ann --auth users.txt"))(users.add)
user.command("remove", epilog=_example("assistant user remove ann --auth users.txt"))(users.remove)
user.command("list", epilog=_example("assistant user list --auth users.txt"))(users.list_users)
app.add_typer(user, name="user", no_args_is_help=True)
app.command("status", epilog=_example("assistant status --json"))(importing.status)


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

"""The command line: reads arguments, hands the work down, writes results and notes."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command line on `sys.argv` and exit with 0 (done), 1 (failed) or 2 (wrong use)."""
    try:
        from assistant.cli.app import run

        run()
    except KeyboardInterrupt:
        # Interrupted before a command could begin, so there is nothing to say about it.
        sys.exit(130)
    finally:
        # An interrupt while the interpreter cleans up would only make noise.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

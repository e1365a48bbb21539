"""Starts the chat page on this computer: `python app.py`, with the options of `assistant serve`."""

import sys

from assistant.cli.app import run

if __name__ == "__main__":
    run(["serve", *sys.argv[1:]])

"""Where Zotero keeps its database: the folder that the user gives, or that Zotero's settings name.

Zotero's data folder is `Zotero` in the home folder, unless its settings, which are in a profile
folder elsewhere, name another one: https://www.zotero.org/support/zotero_data
"""

from __future__ import annotations

import configparser
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ZoteroUnreadable

DATABASE = "zotero.sqlite"
_PREFERENCE = re.compile(
    r'^user_pref\("extensions\.zotero\.(?P<name>dataDir|useDataDir)",\s*(?P<value>.*)\);\s*$',
    re.MULTILINE,
)
# Homes that packages of Zotero for Linux have of their own, within the user's.
_LINUX_HOMES = ("", ".var/app/org.zotero.Zotero", "snap/zotero-snap/common")


@dataclass(frozen=True)
class Places:
    """The system on which Zotero is looked for; tests make one up."""

    home: Path
    platform: str
    environment: Mapping[str, str]

    @classmethod
    def of_this_computer(cls) -> Places:
        """The user's own."""
        return cls(Path.home(), sys.platform, os.environ)

    def candidates(self) -> Iterator[tuple[Path, Path]]:
        """Folders with `profiles.ini`, each with the data folder that is the default there."""
        if self.platform == "darwin":
            yield self.home / "Library" / "Application Support" / "Zotero", self.home / "Zotero"
        elif self.platform == "win32":
            roaming = self.environment.get("APPDATA")
            base = Path(roaming) if roaming else self.home / "AppData" / "Roaming"
            yield base / "Zotero" / "Zotero", self.home / "Zotero"
        else:
            for inner in _LINUX_HOMES:
                home = self.home / inner
                yield home / ".zotero" / "zotero", home / "Zotero"


def database_path(given: Path | None, places: Places | None = None) -> Path:
    """The path of `zotero.sqlite`: in the folder `given`, or where Zotero keeps it.

    Raises:
        ZoteroUnreadable: there is none; the message says where it was looked for.
    """
    if given is not None:
        path = given.expanduser()
        path = path if path.name == DATABASE else path / DATABASE
        if not path.is_file():
            raise ZoteroUnreadable(
                f"{path} does not exist. Give the folder with {DATABASE} to --data-dir: in "
                "Zotero, Settings > Advanced > Files and Folders > Show Data Directory opens it."
            )
        return path
    looked = []
    for profiles, default in (places or Places.of_this_computer()).candidates():
        for folder in (*_named_folders(profiles), default):
            if (folder / DATABASE).is_file():
                return folder / DATABASE
            looked.append(folder)
    raise ZoteroUnreadable(
        f"No Zotero library was found; these folders have no {DATABASE}: "
        f"{', '.join(dict.fromkeys(map(str, looked)))}. Give the folder with --data-dir: in "
        "Zotero, Settings > Advanced > Files and Folders > Show Data Directory opens it."
    )


def _named_folders(profiles: Path) -> Iterator[Path]:
    """The data folders that the profiles name, the default profile's first."""
    for profile in _profiles(profiles):
        settings: dict[str, object] = {}
        for match in _PREFERENCE.finditer(_text(profile / "prefs.js")):
            try:
                settings[match["name"]] = json.loads(match["value"])
            except ValueError:
                continue  # not as Zotero writes it
        folder = settings.get("dataDir")
        if settings.get("useDataDir") is not False and isinstance(folder, str) and folder:
            yield Path(folder)


def _profiles(folder: Path) -> list[Path]:
    """The profile folders in `profiles.ini`, the default one first."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(folder / "profiles.ini"))
    except configparser.Error:
        return []
    found: list[tuple[bool, Path]] = []
    for name in parser.sections():
        section = parser[name]
        if name.startswith("Profile") and (path := section.get("Path")):
            relative = section.get("IsRelative", "1") == "1"
            is_default = section.get("Default") == "1"
            found.append((not is_default, folder / path if relative else Path(path)))
    return [path for _, path in sorted(found, key=lambda pair: pair[0])]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

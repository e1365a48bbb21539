"""Where Zotero's database is looked for, on three systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ZoteroUnreadable
from assistant.zotero import Places, database_path

PROFILES = {
    "linux": ".zotero/zotero",
    "darwin": "Library/Application Support/Zotero",
    "win32": "Roaming/Zotero/Zotero",
}


def places(home: Path, platform: str = "linux") -> Places:
    return Places(home, platform, {"APPDATA": str(home / "Roaming")})


def database(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "zotero.sqlite"
    path.touch()
    return path


def profile(home: Path, platform: str, prefs: str) -> None:
    root = home / PROFILES[platform]
    (root / "Profiles" / "abc.default").mkdir(parents=True)
    (root / "Profiles" / "old").mkdir()
    (root / "profiles.ini").write_text(
        "[General]\nStartWithLastProfile=1\n\n"
        "[Profile0]\nName=old\nIsRelative=1\nPath=Profiles/old\n\n"
        "[Profile1]\nName=default\nIsRelative=1\nPath=Profiles/abc.default\nDefault=1\n",
        encoding="utf-8",
    )
    (root / "Profiles" / "abc.default" / "prefs.js").write_text(prefs, encoding="utf-8")


def folder_preference(folder: Path) -> str:
    escaped = str(folder).replace("\\", "\\\\")
    return (
        '// Mozilla User Preferences\n\nuser_pref("extensions.zotero.firstRun2", false);\n'
        f'user_pref("extensions.zotero.dataDir", "{escaped}");\n'
        'user_pref("extensions.zotero.useDataDir", true);\n'
    )


@pytest.mark.parametrize("platform", PROFILES)
def test_the_default_folder(platform: str, tmp_path: Path) -> None:
    expected = database(tmp_path / "Zotero")
    assert database_path(None, places(tmp_path, platform)) == expected


@pytest.mark.parametrize("platform", PROFILES)
def test_the_folder_in_zoteros_settings(platform: str, tmp_path: Path) -> None:
    database(tmp_path / "Zotero")
    expected = database(tmp_path / "Großes Archiv" / "Zotero")
    profile(tmp_path, platform, folder_preference(expected.parent))
    assert database_path(None, places(tmp_path, platform)) == expected


def test_a_setting_that_is_switched_off(tmp_path: Path) -> None:
    expected = database(tmp_path / "Zotero")
    other = database(tmp_path / "other")
    profile(
        tmp_path,
        "linux",
        folder_preference(other.parent).replace('useDataDir", true', 'useDataDir", false'),
    )
    assert database_path(None, places(tmp_path)) == expected


@pytest.mark.parametrize("prefs", ["", 'user_pref("extensions.zotero.dataDir", nonsense);', "\0"])
def test_settings_that_say_nothing(prefs: str, tmp_path: Path) -> None:
    expected = database(tmp_path / "Zotero")
    profile(tmp_path, "linux", prefs)
    assert database_path(None, places(tmp_path)) == expected


def test_a_package_with_a_home_of_its_own(tmp_path: Path) -> None:
    expected = database(tmp_path / "snap" / "zotero-snap" / "common" / "Zotero")
    assert database_path(None, places(tmp_path)) == expected


def test_a_damaged_list_of_profiles(tmp_path: Path) -> None:
    expected = database(tmp_path / "Zotero")
    profile(tmp_path, "linux", "")
    (tmp_path / PROFILES["linux"] / "profiles.ini").write_text("no section\n", encoding="utf-8")
    assert database_path(None, places(tmp_path)) == expected


def test_nothing_is_found(tmp_path: Path) -> None:
    profile(tmp_path, "linux", folder_preference(tmp_path / "gone"))
    with pytest.raises(ZoteroUnreadable) as caught:
        database_path(None, places(tmp_path))
    message = str(caught.value)
    assert str(tmp_path / "gone") in message
    assert str(tmp_path / "Zotero") in message
    assert "--data-dir" in message


def test_a_given_folder_or_file(tmp_path: Path) -> None:
    expected = database(tmp_path / "data")
    assert database_path(tmp_path / "data", places(tmp_path)) == expected
    assert database_path(expected, places(tmp_path)) == expected
    with pytest.raises(ZoteroUnreadable, match="does not exist"):
        database_path(tmp_path, places(tmp_path))

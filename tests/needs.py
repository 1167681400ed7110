"""What the tests need beyond Python: a browser, PostgreSQL's programs, Java, and fonts for Arabic and Hebrew.

`python -m tests.needs` installs what is missing where it may (as root on Debian) and names in one line what
it cannot have. Tests that need that are skipped with the same line, except under CI=true, where nothing may
be skipped: there the command fails, and so does every such test.
"""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
SCRIPTS = {"ar": "Arabic", "he": "Hebrew"}

NO_BROWSER = "no Chromium or Chrome that starts was found; install one or name it in PARLEY_TEST_BROWSER"
NO_POSTGRESQL = "no PostgreSQL (initdb, postgres and, for root, a user postgres) was found; install it"
NO_JAVA = "no Java that starts was found, so no page's HTML can be checked; install one"


def find_browser() -> Path | None:
    """A Chromium or Chrome that starts; with PARLEY_TEST_BROWSER that one or none."""
    chosen = os.environ.get("PARLEY_TEST_BROWSER")
    for name in (chosen,) if chosen else BROWSERS:
        found = shutil.which(name)
        if found and _starts(found):
            return Path(found)
    return None


def find_postgresql() -> Path | None:
    """The folder that holds initdb and postgres: the one on the PATH, else the newest installed.

    None also for root without a user `postgres`, because PostgreSQL refuses to run as root.
    """
    if os.geteuid() == 0 and not _user_exists("postgres"):
        return None
    for folder in _postgresql_folders():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def find_java() -> Path | None:
    """A Java that starts; macOS has a program of that name that only says where to get one."""
    found = shutil.which("java")
    return Path(found) if found and _starts(found, "-version") else None


def lacking_browser() -> str | None:
    return None if find_browser() else NO_BROWSER


def lacking_postgresql() -> str | None:
    return None if find_postgresql() else NO_POSTGRESQL


def lacking_java() -> str | None:
    return None if find_java() else NO_JAVA


def lacking_fonts() -> str | None:
    """Which scripts no installed font can show, in one line, or None."""
    if sys.platform == "darwin":
        return None  # macOS brings them, and no fc-list to ask
    if not shutil.which("fc-list"):
        return "fc-list (fontconfig) was not found, so fonts for Arabic and Hebrew cannot be looked for"
    missing = [name for code, name in SCRIPTS.items() if not _output(["fc-list", f":lang={code}", "family"])]
    return f"no font for {' and '.join(missing)} was found; install Noto Sans" if missing else None


# Each says what is missing, in one line, or nothing; then come the Debian packages that bring it.
NEEDS = (
    (lacking_browser, ("chromium",)),
    (lacking_postgresql, ("postgresql",)),
    (lacking_java, ("default-jre-headless",)),
    (lacking_fonts, ("fontconfig", "fonts-noto-core")),
)


def nothing_may_be_skipped() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def cannot_run(reason: str) -> NoReturn:
    """Skip the running test for want of something; under CI=true fail it."""
    if nothing_may_be_skipped():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _starts(program: str, say: str = "--version") -> bool:
    """Ubuntu's chromium-browser is there without the snap that it starts, so being there proves nothing."""
    try:
        return subprocess.run([program, say], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _postgresql_folders() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        # A link on the PATH may stand alone; the programs it needs are beside what it points to.
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    homebrew = (
        folder
        for prefix in ("/opt/homebrew", "/usr/local")
        for folder in Path(prefix, "opt").glob("postgresql@*/bin")
    )
    yield from sorted((*debian, *homebrew), key=_major_version, reverse=True)


def _major_version(folder: Path) -> int:
    digits = folder.parent.name.removeprefix("postgresql@").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _install(packages: list[str]) -> None:
    """Ask Debian for the packages; for fresh lists only when the ones it has do not know them."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    print(f"Installing {' '.join(packages)}", flush=True)
    if subprocess.run(install, env=environment).returncode == 0:
        return
    if subprocess.run(["apt-get", "update", "--quiet"], env=environment).returncode == 0:
        subprocess.run(install, env=environment)


def main() -> int:
    """Install what is missing where that is possible; say what still is. Returns the exit status."""
    packages = [package for lacking, brings in NEEDS if lacking() for package in brings]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(packages)
    reasons = [reason for lacking, _ in NEEDS if (reason := lacking())]
    for reason in reasons:
        print(f"Tests {'fail' if nothing_may_be_skipped() else 'are skipped'}: {reason}", flush=True)
    return 1 if reasons and nothing_may_be_skipped() else 0


if __name__ == "__main__":
    sys.exit(main())

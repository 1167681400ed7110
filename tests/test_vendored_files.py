"""Files of other projects are kept exactly as they were published, each with its licence."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VENDORS = ("static/vendor", "tests/browser/vendor")


def checksums(folder: Path) -> dict[str, str]:
    """What SHA256SUMS says, by file; `sha256sum --check SHA256SUMS` reads the same."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: checksum for checksum, name in (line.split("  ") for line in lines)}


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendored_files_are_the_published_ones(vendor: str) -> None:
    folder = ROOT / vendor
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("*/**/*")
        if path.is_file()
    }
    assert found == checksums(folder)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_vendored_package_has_a_version_and_a_licence(vendor: str) -> None:
    for package in (ROOT / vendor).iterdir():
        if package.is_dir():
            assert "@" in package.name
            assert (package / "LICENSE").exists()

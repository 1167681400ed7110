"""What the documentation names is there: commands, settings, files."""

import re
from pathlib import Path

import pytest
from typer.main import get_group

from app.cli import app
from app.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def commands() -> set[str]:
    """Every command as it is typed: `migrate`, `user add`."""
    groups = {group.name: group.typer_instance for group in app.registered_groups if group.typer_instance}
    top = set(get_group(app).commands) - {str(name) for name in groups}
    return top | {
        f"{name} {command}" for name, group in groups.items() for command in get_group(group).commands
    }


@EVERY_PAGE
def test_a_command_that_is_named_exists(page: Path) -> None:
    # A command is set apart as code, in a line or in a block.
    code = re.findall(r"```\n(.*?)```|`([^`\n]+)`", page.read_text(), flags=re.DOTALL)
    lines = [line for block, words in code for line in (block or words).splitlines()]
    named = [
        found[1]
        for line in lines
        if (found := re.search(r"(?:^|bin/|exec web )parley ((?:user )?[a-z-]+)", line))
    ]
    assert set(named) <= commands()


def test_the_readme_tells_of_every_command_and_every_setting() -> None:
    text = (ROOT / "README.md").read_text()
    assert {name for name in commands() if f"| `parley {name}" not in text} == set()
    assert {name for name in Settings.model_fields if f"| `PARLEY_{name.upper()}` |" not in text} == set()


@EVERY_PAGE
def test_a_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"\bPARLEY_[A-Z_]+", page.read_text()))
    assert named <= {f"PARLEY_{name.upper()}" for name in Settings.model_fields}


@EVERY_PAGE
def test_a_file_that_is_linked_exists(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if "://" not in target:
            file, _, heading = target.partition("#")
            linked = (page.parent / file).resolve() if file else page
            assert linked.is_file(), target
            if heading:
                headings = re.findall(r"^#+ (.+)$", linked.read_text(), flags=re.MULTILINE)
                assert heading in {words.lower().replace(" ", "-") for words in headings}

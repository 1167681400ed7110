"""The image and the compose file, judged from the files: no container engine is needed."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.services.site import served

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent


@cache
def stages() -> list[list[tuple[str, str]]]:
    """The instructions of the Dockerfile, stage by stage, with continued lines joined."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        if line:
            instruction, _, rest = line.partition(" ")
            if instruction == "FROM":
                found.append([])
            found[-1].append((instruction, rest.strip()))
    return found


def told(instruction: str, stage: int = -1) -> list[str]:
    return [rest for name, rest in stages()[stage] if name == instruction]


@cache
def compose() -> Any:
    return YAML(typ="safe").load(ROOT / "docker-compose.yml")


def test_the_dockerfile_has_no_fault_that_a_linter_knows() -> None:
    linted = subprocess.run(
        [PROGRAMS / "hadolint", "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_compose_file_is_one_by_its_schema() -> None:
    checked = subprocess.run(
        [
            PROGRAMS / "check-jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            ROOT / "docker-compose.yml",
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout


def test_everything_installed_into_the_image_is_hashed_or_the_wheel() -> None:
    installs = [
        command
        for stage in range(len(stages()))
        for run in told("RUN", stage)
        for command in run.split("&&")
        if re.search(r"\bpip (install|wheel)\b", command)
    ]
    assert len(installs) == 3
    for command in installs:
        options = set(shlex.split(command))
        assert "--require-hashes" in options or {"--no-index", "--no-deps"} <= options
    assert not [run for run in told("RUN") if re.search(r"\b(pip|apt-get|curl|wget)\b", run)]


def test_what_the_image_copies_is_let_through_and_nothing_else_is() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if line and not line.startswith("#")) == "*"
    let_through = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        source.rstrip("/")
        for stage in (0, 1)
        for words in map(str.split, told("COPY", stage))
        if not words[0].startswith("--from=")
        for source in words[:-1]
    }
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_runs_as_a_numbered_user_without_rights() -> None:
    (user,) = told("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    after = [name for name, _ in stages()[-1]]
    assert not {"RUN", "COPY", "ADD"} & set(after[after.index("USER") :])
    assert json.loads(told("ENTRYPOINT")[0]) == ["parley"]
    assert json.loads(told("CMD")[0]) == ["serve", "--host", "0.0.0.0"]  # noqa: S104 - of the container
    assert told("EXPOSE") == ["8000"]


def test_no_secret_is_written_down() -> None:
    words = re.compile(r"(?i)passw|secret|token|_key")
    for stage in (0, 1):
        assert not [rest for name in ("ENV", "ARG") for rest in told(name, stage) if words.search(rest)]
    for service in compose()["services"].values():
        for name, value in service.get("environment", {}).items():
            for password in re.findall(r"://\w*:([^@]*)@", value):
                assert re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}", password)
            if words.search(name):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value)


@pytest.mark.parametrize("name", ["web", "migrate"])
def test_a_service_of_ours_may_write_nothing_and_gain_nothing(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - of the container
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "user", "volumes"} & service.keys()


def test_the_site_starts_after_the_database_answers_and_is_migrated() -> None:
    services = compose()["services"]
    assert services["migrate"]["command"] == ["migrate"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["web"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "pg_isready" in services["database"]["healthcheck"]["test"][1]
    assert "healthcheck" not in services["web"]  # that of the image
    assert services["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert "database" in compose()["volumes"]


def test_ports_are_open_on_this_machine_only() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def health(program: str, **environment: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, timeout=60, stderr=subprocess.DEVNULL
    ).returncode


def test_the_health_check_passes_on_a_site_that_answers_and_on_no_other(templates: Any) -> None:
    (check,) = told("HEALTHCHECK")
    python, option, program = json.loads(check.partition("CMD ")[2])
    assert (python, option) == ("python", "-c")
    with served(f"sqlite:///{templates('sqlite')}", public_url="https://parley.example") as address:
        port = address.rpartition(":")[2]
        assert program.count("8000") == 1
        here = program.replace("8000", port)
        assert health(here, PARLEY_PUBLIC_URL="https://parley.example") == 0
        # A name that the site refuses, so this also shows that the check can fail.
        assert health(here, PARLEY_PUBLIC_URL="https://other.example") == 1
    assert health(here, PARLEY_PUBLIC_URL="https://parley.example") == 1

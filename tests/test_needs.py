from pathlib import Path

import pytest

from tests import needs


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One where no browser is found and nothing may be installed."""
    monkeypatch.setenv("PARLEY_TEST_BROWSER", str(tmp_path / "absent"))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.usefixtures("bare_machine")
def test_what_is_missing_is_named_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert needs.main() == 0
    assert f"Tests are skipped: {needs.NO_BROWSER}\n" in capsys.readouterr().out


@pytest.mark.usefixtures("bare_machine")
def test_nothing_may_be_missing_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert needs.main() == 1


@pytest.mark.usefixtures("bare_machine")
def test_a_test_that_cannot_run_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        needs.cannot_run("no browser")


def test_a_test_that_cannot_run_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        needs.cannot_run("no browser")


def test_a_browser_that_does_not_start_is_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PARLEY_TEST_BROWSER", str(broken))
    assert needs.find_browser() is None

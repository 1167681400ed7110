"""What every test may ask for."""

import hypothesis
import pytest

pytest_plugins = [
    "tests.services.chromium",
    "tests.services.databases",
    "tests.services.postgresql",
    "tests.services.site",
]

# A busy machine is slow at random, which says nothing about the example it was slow at.
hypothesis.settings.register_profile("parley", deadline=None)
hypothesis.settings.load_profile("parley")


# A test that asks for the service needs no marker of its own.
MARKERS = {"chromium": "browser", "postgresql_server": "postgresql"}


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by what they use, and put those in the browser last.

    They are the slowest, and while Playwright is up no other test can run an event loop. What is marked
    ``one_database`` runs on SQLite alone.
    """
    for item in items:
        if isinstance(item, pytest.Function):
            for fixture in MARKERS.keys() & set(item.fixturenames):
                item.add_marker(MARKERS[fixture])
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    spared = [item for item in items if item.get_closest_marker("one_database") and _is_postgresql(item)]
    if spared:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]


def _is_postgresql(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "postgresql" in (
        item.callspec.params.values() if hasattr(item, "callspec") else ()
    )

"""Fixtures that every test file shares."""

import pytest
from interpreters import ARCHES, ROOT, Interpreter


def pytest_collection_modifyitems(items):
    """Tests that take minutes come first, so that several workers end at the same time."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", params=ARCHES)
def interpreter(request):
    """Each build in turn; one that was not built is an error, not a skip."""
    return Interpreter(request.param)


@pytest.fixture(scope="session")
def host():
    """The host build alone, for tests of the Python around the C modules."""
    return Interpreter("host")


@pytest.fixture(scope="session")
def shared_data():
    """Real video and JPEG files beside the checkout; tests skip where they are missing."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside this checkout")
    return folder

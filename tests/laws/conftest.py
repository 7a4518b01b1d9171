"""Every registered loss, at the corners of its parameters, meets every law in this folder."""

import pytest

from tests.laws import cases


def pytest_collection_modifyitems(config, items):
    """Leave the long searches out unless they are asked for: `pytest -m sweep`."""
    if "sweep" in (config.option.markexpr or ""):
        return
    long = [item for item in items if item.get_closest_marker("sweep")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(params=cases.CASES, ids=str)
def loss(request):
    return request.param


@pytest.fixture(params=cases.LINES, ids=str)
def line(request):
    """A loss with the section of it that its picture shows: a function of one variable."""
    return request.param

"""What all tests share."""

import signal

import pytest

# what is started behind a job that a shell runs in the background ignores Ctrl-C, unless it is heard here
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption(
        "--redraw", action="store_true", help="write the golden pictures and the README's output anew"
    )


def searching(config):
    """Whether the long searches are asked for: `pytest -m sweep`."""
    return "sweep" in (config.option.markexpr or "")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector, obj):
    """Make no items of the thousands of cases of long searches, only to leave them out."""
    marks = getattr(obj, "pytestmark", ())
    named = any("::" in each for each in collector.config.args)
    if not searching(collector.config) and not named and any(mark.name == "sweep" for mark in marks):
        return []
    return None


def pytest_collection_modifyitems(config, items):
    """Leave single cases of long searches out too."""
    if searching(config):
        return
    long = [item for item in items if item.get_closest_marker("sweep")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("sweep")]


@pytest.fixture
def redraw(request):
    """Whether expected output is to be written anew rather than compared."""
    return request.config.getoption("--redraw")

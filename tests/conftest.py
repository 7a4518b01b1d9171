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


def pytest_collection_modifyitems(config, items):
    """Leave the long searches out unless they are asked for: `pytest -m sweep`."""
    if "sweep" in (config.option.markexpr or ""):
        return
    long = [item for item in items if item.get_closest_marker("sweep")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture
def redraw(request):
    """Whether expected output is to be written anew rather than compared."""
    return request.config.getoption("--redraw")

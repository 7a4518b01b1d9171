"""What all tests share."""

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--redraw", action="store_true", help="write the golden pictures and the README's output anew"
    )


@pytest.fixture
def redraw(request):
    """Whether expected output is to be written anew rather than compared."""
    return request.config.getoption("--redraw")

"""Every registered loss, at the corners of its parameters, meets every law in this folder."""

import pytest

from tests.laws import cases


@pytest.fixture(params=cases.CASES, ids=str)
def loss(request):
    return request.param


@pytest.fixture(params=cases.LINES, ids=str)
def line(request):
    """A loss with the section of it that its picture shows: a function of one variable."""
    return request.param

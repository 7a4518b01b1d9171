"""A generator that goes on in another thread."""

from threading import active_count, get_ident

import pytest

from losscli.data.meanwhile import meanwhile


def counting(upto, ended, fails=False):
    try:
        for at in range(upto):
            yield at, get_ident()
        if fails:
            raise ValueError("no more")
    finally:
        ended.append(get_ident())


def test_what_comes_and_in_which_thread():
    ended = []
    found = list(meanwhile(counting(50, ended)))
    assert [at for at, _ in found] == list(range(50))
    assert get_ident() not in {*ended, *(thread for _, thread in found)}


def test_what_is_raised():
    found = meanwhile(counting(2, [], fails=True))
    assert [next(found)[0], next(found)[0]] == [0, 1]
    with pytest.raises(ValueError, match="no more"):
        next(found)


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_nothing_is_left_where_nobody_waits(taken):
    before, ended = active_count(), []
    found = meanwhile(counting(1000, ended))
    for _ in range(taken):
        next(found)
    found.close()
    assert active_count() == before
    assert len(ended) == bool(taken)

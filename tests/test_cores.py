"""Blocks on several cores: each is done once, whoever does it, and what fails is heard of."""

from threading import Event, get_ident

import numpy as np
import pytest

from losscli import LogCosh, blocks, cores
from losscli.inputs import DomainError
from losscli.losses.margin import Hinge


@pytest.fixture
def two(monkeypatch):
    """Two cores, and no work too short for them."""
    monkeypatch.setattr(cores, "cores", lambda: 2)
    monkeypatch.setattr(cores, "SHORT", 0.0)


def test_threads_share_the_work(two):
    seen, met = {}, Event()

    def work(part):
        seen[part.start] = get_ident()
        if len(set(seen.values())) > 1:
            met.set()
        if part.start:
            met.wait(10)

    cores.shared(work, [slice(k, k + 1) for k in range(20)])
    assert sorted(seen) == list(range(20))
    assert len(set(seen.values())) == 2


@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
@pytest.mark.parametrize("loss", [LogCosh(), Hinge()], ids=str)
def test_cores_do_not_show(loss, order, two, monkeypatch):
    monkeypatch.setattr(blocks, "LONG", 100)
    rng = np.random.default_rng(0)
    rows = rng.normal(size=3000) * 10.0 ** rng.uniform(-200, 3, 3000), rng.choice([-1.0, 1.0], 3000)
    found = getattr(loss, order)(*rows)
    monkeypatch.setattr(cores, "cores", lambda: 1)
    np.testing.assert_array_equal(found, getattr(loss, order)(*rows))


def test_nobody_waits_for_who_has_nothing_to_do(two, monkeypatch):
    late = []
    monkeypatch.setattr(cores.Thread, "start", lambda thread: late.append(thread))
    done = []
    cores.shared(done.append, [slice(k, k + 1) for k in range(5)])
    assert len(done) == 5
    late[0].run()  # the thread that came too late
    assert len(done) == 5


def test_what_fails_in_a_thread_is_raised(two, monkeypatch):
    monkeypatch.setattr(blocks, "LONG", 100)
    label = np.ones(3000)
    label[2500:] = 3.0
    with pytest.raises(DomainError, match="target 3 in row 2500 must be -1 or 1"):
        Hinge().value(np.zeros(3000), label)


def test_little_work_starts_no_thread(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 8)
    assert cores.helpers(100, cores.SHORT / 200) == 0
    assert cores.helpers(3, cores.SHORT) == 2

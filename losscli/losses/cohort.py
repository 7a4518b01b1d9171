"""A cohort in the order of its times: the sums of exponentials of scores of any size over those still at risk."""

from copy import copy
from functools import cached_property

import numpy as np

from losscli.families.ranking import apart
from losscli.numerics.wide import Wide


class Cohort:
    """A list by falling time; of equal times those without event come first, then scores rise."""

    def __init__(self, s, t, d) -> None:
        self.order = np.lexsort((s, d, -t), axis=0)
        self.s, self.t, d = (np.take_along_axis(x, self.order, 0) for x in (s, t, d))
        self.event = d == 1
        self.place = np.broadcast_to(np.arange(len(s))[:, None], s.shape)
        self.fresh = np.ones(s.shape, np.bool_)
        self.fresh[1:] = self.t[1:] != self.t[:-1]
        ends = np.ones(s.shape, np.bool_)
        ends[:-1] = self.fresh[1:]
        self.first = np.maximum.accumulate(np.where(self.fresh, self.place, 0), axis=0)
        self.last = np.minimum.accumulate(np.where(ends, self.place, len(s))[::-1], axis=0)[::-1]
        so_far = np.cumsum(self.event, axis=0)
        before = np.take_along_axis(so_far - self.event, self.first, 0)
        self.count = np.take_along_axis(so_far, self.last, 0) - before
        """How many have the event at the same time."""
        self.slot = so_far - before - 1
        """How many of them come before."""
        self.e = Wide.exponential(apart(self.s, self.s.max(axis=0)))
        self.sums = self.e.running()

    @cached_property
    def risk(self):
        """The sum over all still at risk."""
        return self.sums.along(self.last)

    @cached_property
    def rivals(self):
        """The risk of the others, at an event; nothing cancels, for of equal times the largest comes last."""
        return self.sums.along(self.place - 1).where(self.place == self.last, self.risk - self.e)

    @cached_property
    def tied(self):
        """The sum over those with the event at the same time, and that over all the others at risk."""
        return (
            self.e.where(self.event).running(self.fresh).along(self.last),
            self.sums.along(self.last - self.count),
        )

    @cached_property
    def even(self):
        """Where all at risk have the event at this time, with one score: no slope is left, if none came before."""
        level = np.take_along_axis(self.s, self.first, 0) == np.take_along_axis(self.s, self.last, 0)
        return (self.count == self.last + 1) & level

    def met(self, own, earlier):
        """Return, for each row, the sum of `own` over later draws of its time and of `earlier` over earlier times.

        Those without event are in the draws of their time as in those before.
        """
        others = own.where(self.event & (self.slot > 0)).running(self.fresh).along(self.last)
        before = earlier.where(self.event)[::-1].running()
        begin = np.where(self.event, self.last + 1, self.first)
        return others.where(self.event), before.along(len(self.s) - 1 - begin)

    def without(self, k):
        """Return the list with nothing in its place `k`."""
        others = copy(self)
        for known in ("risk", "rivals", "tied"):
            vars(others).pop(known, None)
        others.e = self.e.where(self.place != k)
        others.sums = others.e.running()
        return others

    def unsorted(self, x):
        """Return what belongs to rows as these came."""
        found = np.empty_like(x)
        np.put_along_axis(found, self.order, x, 0)
        return found

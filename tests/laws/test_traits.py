"""Every claim is attacked; every claim not made must have a witness."""

from math import inf

import numpy as np
import pytest

from losscli.loss import Loss
from tests.laws import cases, rows

RISE = 1e-9
STEP = 1e-7


def grid(line, count=4001):
    """The axis of a line, and well beyond its picture where its domain goes on."""
    axis = line.loss.axis
    if axis.symbol == "p":
        return np.linspace(0, 1, count)[1:-1]
    if axis.symbol == "c":
        return np.linspace(-1, 1, count)
    size = max(30.0, 4 * max(abs(axis.low), abs(axis.high)))
    if axis.symbol == "r":
        return np.linspace(max(-size, line.loss.forms[0][0].domain.low), size, count)[1:]
    return np.linspace(0 if axis.symbol == "d" else -size, size, count)


def far(line):
    """Points from the ends of the axis's domain."""
    if line.loss.axis.symbol == "p":
        ends = np.append(np.logspace(-12, -1, 45), 1e-100)  # slopes may grow as slowly as a logarithm
        clip = line.loss.settings().get("clip") or 0.0
        edges = [clip * (1 + RISE), 1 - clip * (1 + RISE)] if clip else []
        return np.concatenate([ends, 1 - ends, edges])
    ends = np.logspace(-6, 6, 49)
    if line.loss.axis.symbol == "c":
        return np.array([-1.0, 1.0])
    if line.loss.axis.symbol == "d":
        return ends
    if line.loss.axis.symbol == "r" and np.isfinite(low := line.loss.forms[0][0].domain.low):
        return low + ends
    kinks = np.array(line.section.kinks)
    return np.concatenate([-ends, ends, kinks - RISE, kinks + RISE])


def lines_of(loss):
    return [cases.Line(loss, k) for k in range(len(loss.sections()))]


def bends_down(loss):
    for line in lines_of(loss):
        x = grid(line)
        a, b = np.meshgrid(x[::37], x[::41])
        a, b = a.ravel(), b.ravel()
        chord = (line.value(a) + line.value(b)) / 2
        if (line.value((a + b) / 2) > chord + RISE * (1 + abs(chord))).any():
            return True
    return False


tame = pytest.mark.parametrize("loss", [x for x in cases.CASES if cases.tame(x) and x.sections()], ids=str)


@tame
def test_convex(loss):
    assert loss.traits().convex != bends_down(loss)


@tame
def test_symmetric(loss):
    def even(line):
        x = grid(line)
        return x[0] == -x[-1] and np.allclose(line.value(x), line.value(-x), rtol=1e-9)

    assert loss.traits().symmetric == all(map(even, lines_of(loss)))


def step(line, kink):
    """How far a loss that may jump does so."""
    if line.loss.axis.symbol not in ("m", "gap", "s"):
        return 0.0
    left, right = line.value(np.array([kink - STEP / 2, kink + STEP / 2]))
    return right - left


def least_bound(claimed, found, line_is_bounded=inf):
    assert found <= claimed * (1 + 1e-6) + 1e-12
    assert found >= 0.98 * claimed if claimed < inf else found > line_is_bounded


def of_scores(loss):
    """Whether it is a loss of scores of classes, which may be any numbers on one side at least."""
    entry = loss.forms[0][0]
    return loss.matrix and not entry.simplex and getattr(entry.domain, "low", -inf) == -inf


def exposed(loss):
    """Whether a line shows one exposure of many, at others of which a bound may be passed."""
    return any(entry.name == "exposure" for entry in loss.forms[0])


@tame
def test_lipschitz_is_the_least_bound(loss):
    if of_scores(loss):
        return  # it bounds the slope in all scores together: see below
    lines = lines_of(loss)
    steepest = max(abs(line.slope(np.concatenate([grid(line), far(line)]))).max() for line in lines)
    leaps = [abs(step(line, kink)) / STEP for line in lines for kink in line.section.kinks]
    steepest = max([steepest, *leaps])
    scales = sum(entry.wrt for entry in loss.forms[0]) > 1  # at which a bound may be passed elsewhere
    least_bound(loss.traits().lipschitz, steepest, 0 if scales or exposed(loss) else 50)


@tame
def test_smoothness_is_the_least_bound(loss):
    if of_scores(loss):
        return  # it bounds the curvature in all scores together: see below
    found = [line.curvature(np.concatenate([grid(line), far(line)])) for line in lines_of(loss)]
    if any(x is None for x in found):
        return
    least_bound(loss.traits().smoothness, max(abs(x).max() for x in found), 0 if exposed(loss) else 50)


def score_losses():
    return [x for x in cases.CASES if of_scores(x) and cases.tame(x)]


@pytest.mark.parametrize("loss", score_losses(), ids=str)
def test_losses_of_scores_keep_their_bounds(loss: Loss):
    rng = np.random.default_rng(3)
    steepest = sharpest = 0.0
    for k in (1, 2, 3, 10, 400):
        leads = np.zeros((97, k))
        leads[:, min(1, k - 1)] = np.linspace(-6, 6, 97)
        apart = np.where(np.arange(k) > 1, -800.0, leads)
        few = [np.eye(k)[:2] * 800, np.repeat(np.eye(k)[:1], 2, 0)]
        z = np.concatenate([rng.normal(size=(20, k)) * 30, np.zeros((1, k)), leads, apart, *few])
        z[-1, :2] = 100.0
        z = np.minimum(z, loss.forms[0][0].domain.high)
        y = rng.integers(0, k, len(z))
        y[20:] = min(1, k - 1)
        targets = [y]
        if loss.family == "multi-label classification":
            targets.append(np.tile(np.arange(k) % 2, (len(z), 1)))
        for y in targets:
            steepest = max(steepest, np.sqrt((loss.gradient(z, y) ** 2).sum(axis=1)).max())
            if k < 100:
                eigenvalues = np.linalg.eigvalsh(loss.hessian(z, y))
                assert (eigenvalues >= -1e-15 * max(1, eigenvalues.max())).all() or not loss.traits().convex
                sharpest = max(sharpest, abs(eigenvalues).max())
    leaps = [abs(step(line, kink)) / STEP for line in lines_of(loss) for kink in line.section.kinks]
    least_bound(loss.traits().lipschitz, max([steepest, *leaps]), 5)  # of many classes
    least_bound(loss.traits().smoothness, sharpest, 15)


def test_slope_or_curvature_jumps_at_kinks(line):
    for kink in line.section.kinks:
        sides = np.array([kink - STEP, kink + STEP]) * (1 + 0 * kink)
        if line.loss.axis.symbol == "d" and kink - STEP < 0:
            continue
        slope = line.slope(sides)
        curvature = line.curvature(sides)
        if curvature is None:
            curvature = np.diff(line.slope(np.array([kink - STEP, kink, kink + STEP]))) / STEP
        jump = abs(curvature[1] - curvature[0])
        endless = abs(curvature).max() > 1e3  # it has no bound there
        assert endless or max(abs(slope[1] - slope[0]), jump, abs(step(line, kink))) > 1e-3, kink


def test_derivatives_are_smooth_elsewhere(line):
    """Between kinks, Simpson's rule takes the curvature back to the slope, and the slope to the value."""
    if line.loss.matrix:
        return  # the axis is not an input; the oracle sees to the derivatives
    x = grid(line)
    a, b = x[:-1], x[1:]
    clear = np.ones(len(a), dtype=bool)
    for kink in line.section.kinks:
        clear &= (a - 0.1 >= kink) | (kink >= b + 0.1)
    if line.loss.axis.symbol == "p":
        clear &= (a > 0.02) & (b < 0.98)
    if line.loss.axis.symbol == "r":
        clear &= a > line.loss.forms[0][0].domain.low + 0.2
    if line.loss.axis.symbol == "d":
        clear &= a > 0.2
    a, b = a[clear], b[clear]
    middle = (a + b) / 2
    rates = [line.value(x), line.slope(x)], [None, line.slope(middle)]
    if (curvature := line.curvature(x)) is not None:
        rates[0].append(curvature)
        rates[1].append(line.curvature(middle))
    for whole, rate, halfway in zip(rates[0], rates[0][1:], rates[1][1:], strict=False):
        (start, stop), (low, high) = ((each[:-1][clear], each[1:][clear]) for each in (whole, rate))
        climbed = (low + 4 * halfway + high) * (b - a) / 6
        assert (abs(stop - start - climbed) <= 1e-6 * (1 + np.maximum(abs(start), abs(stop)))).all()


SAMPLE = np.array([0.0, 0.1, 0.2, 0.7, 5.0])
BITS = np.array([0.0, 1.0, 1.0, 1.0])


def fitted(loss):
    """Several constants at once: of neighbouring ones none is better for the sample."""
    sample = SAMPLE + 1
    best = np.array(rows.BEST[loss.name](loss, sample))

    def total(constants):
        return loss.value(*np.broadcast_arrays(*constants, sample)).sum()

    rng = np.random.default_rng(0)
    for size in (1e-3, 0.1):
        for _ in range(20):
            assert total(best) <= total(best * np.exp(rng.normal(size=len(best)) * size)) + 1e-12


@tame
def test_best_constant(loss):
    best = loss.traits().best
    if best and loss.name in rows.BEST:
        fitted(loss)
        return
    classed = loss.forms[0][0].kind == "vector"
    classes = np.array([0.0, 0.0, 0.0, 1.0, 2.0])
    shares = np.array([0.6, 0.2, 0.2])
    s = loss.settings().get("label_smoothing", 0.0)
    mixed = shares * (1 - s) + s / 3
    share = BITS.mean() * (1 - s) + s / 2
    amounts = BITS + loss.forms[0][-1].domain.outside(np.zeros(1))  # 0 need not be one

    def total(constant):
        if loss.symbols == "e":
            return loss.value(np.full(5, constant), SAMPLE).sum()
        if classed:
            return loss.value(np.tile(constant, (5, 1)), classes).sum()
        if loss.symbols == "p, t":
            return loss.value(np.full(5, constant), SAMPLE + 1).sum()
        if loss.symbols == "m":
            return loss.value(np.full(4, constant), 2 * BITS - 1).sum()
        return loss.value(np.full(4, constant), amounts).sum()

    match best:
        case "":
            return
        case "the mean" | "the log of the mean" if classed:
            expected = shares if best == "the mean" else np.log(shares)
        case "the mean":
            expected = {"e": SAMPLE.mean(), "p, t": SAMPLE.mean() + 1, "m": 2 * share - 1}.get(
                loss.symbols, share
            )
        case "the median":
            expected = np.median(SAMPLE)
        case "the geometric mean of 1 + t, less 1":
            expected = np.exp(np.log(SAMPLE + 2).mean()) - 1
        case "the median weighed by 1 / |t|":
            expected = 1.1
        case "the log of the mean":
            expected = np.log(amounts.mean())
        case "the tau-quantile":
            expected = np.sort(SAMPLE)[min(4, int(loss.tau * 5))]
        case "the tau-expectile":
            expected = SAMPLE.mean()
            for _ in range(500):  # it is the mean of the sample, weighed by the sides of itself
                expected = np.average(SAMPLE, weights=np.where(expected < SAMPLE, loss.tau, 1 - loss.tau))
        case "the label of the majority" | "any score on the side of the majority":
            expected = 1.0 + getattr(loss, "threshold", 0.0)
        case "the label of the majority, times the margin":
            expected = loss.margin
        case "the mean, times the margin":
            expected = (2 * share - 1) * loss.margin
        case "0":
            expected = 0.0
        case "half the log odds of y = 1":
            expected = np.log(share / (1 - share)) / 2
        case "the log odds of the mean" | "the log odds of y = 1":
            expected = np.log(share / (1 - share))
        case "equal scores":
            expected = np.zeros(3)
        case "the log odds of each label":
            expected = np.log(shares / (1 - shares))
        case "the class frequencies":
            expected = mixed if loss.forms[0][0].simplex else np.log(mixed)
        case "scores equal to the class frequencies":
            expected = mixed
        case _ if best.startswith("between the median"):
            x = np.linspace(-1, 6, 7001)
            least = x[np.argmin(loss.value(*np.broadcast_arrays(x[:, None], SAMPLE)).sum(axis=1))]
            assert np.median(SAMPLE) - 1e-2 <= least <= SAMPLE.mean() + 1e-2
            return
        case _:
            raise AssertionError(f"nobody knows how to try {best}")
    rng = np.random.default_rng(0)
    for size in (1e-3, 0.1):
        for _ in range(20):
            step = rng.normal(size=np.shape(expected)) * size
            other = expected + step - (step.mean() if np.ndim(step) else 0)
            if loss.symbols == "p, y" and (np.min(other) < 0 or np.max(other) > 1):
                continue
            assert total(expected) <= total(other) + 1e-12

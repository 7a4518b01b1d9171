"""Words to losses and back."""

import numpy as np
import pytest

import losscli
from losscli import MAPE, Huber, find, parse
from losscli.errors import UsageError
from losscli.losses import catalogue
from losscli.losses.binary import BCE
from losscli.metrics import metrics
from losscli.spec import claims, key, parse_all, summary


@pytest.mark.parametrize("kind", catalogue().values(), ids=list(catalogue()))
def test_every_loss_is_found_public_and_explained(kind):
    assert parse(kind.name) == kind()
    assert str(kind()) == kind.name
    assert getattr(losscli, kind.__name__) is kind
    assert kind.__name__ in losscli.__all__
    assert summary(kind).endswith((".", ":")) or len(summary(kind)) > 20
    for each in kind.parameters.values():
        assert each.help
    assert kind.use
    assert kind.pitfalls
    assert all(name in catalogue() for name in kind.related)


def changed(kind):
    """A loss with every parameter away from its default."""
    given = {}
    for name, each in kind.parameters.items():
        given[name] = 1 - each.default if each.flag else next(
            x for x in (0.3, 1.25, 7.5, 2.0) if each.within.holds(x) and x != each.default
        )  # fmt: skip
    return kind(**given | ({"b": 1.25, "c": 7.5} if kind.name == "hampel" else {}))  # they must ascend


@pytest.mark.parametrize("kind", catalogue().values(), ids=list(catalogue()))
def test_round_trip(kind):
    loss = changed(kind)
    assert parse(str(loss)) == loss
    assert eval(repr(loss), vars(losscli) | {kind.__name__: kind}) == loss


@pytest.mark.parametrize(
    ("words", "spec"),
    [
        ("huber:delta=0.5", "huber:delta=0.5"),
        ("huber:0.5", "huber:delta=0.5"),
        ("HUBER : Delta=2.0", "huber:delta=2"),
        ("huber:delta=1", "huber"),
        ("torch.nn.HuberLoss", "huber"),
        ("HuberLoss", "huber"),
        ("binary_cross_entropy", "bce"),
        ("BCEWithLogitsLoss", "bce-with-logits"),
        ("bce:label-smoothing=0.1", "bce:label_smoothing=0.1"),
        ("reg:squarederror", "mse:scale=0.5"),
        ("binary:logistic:pos_weight=3", "bce-with-logits:pos_weight=3"),
        ("optax.l2_loss", "mse:scale=0.5"),
        ("keras.losses.BinaryCrossentropy", "bce"),
        ("TripletMarginLoss", "triplet-margin"),
        ("l2", "mse"),
        ("softmax_cross_entropy_with_integer_labels", "softmax-cross-entropy"),
        ("triplet-margin:squared=true:margin=0.2", "triplet-margin:margin=0.2:squared=true"),
    ],
)
def test_spellings(words, spec):
    assert str(parse(words)) == spec


def test_several():
    assert list(map(str, parse_all("mse,mae, huber:2"))) == ["mse", "mae", "huber:delta=2"]
    with pytest.raises(UsageError, match="no loss named"):
        parse_all(" , ")


@pytest.mark.parametrize("name", ["cross-entropy", "log-loss", "log_loss", "CrossEntropy"])
def test_ambiguous_names_list_their_candidates(name):
    with pytest.raises(UsageError) as caught:
        find(name)
    text = str(caught.value)
    assert "bce " in text
    assert "bce-with-logits " in text
    assert "categorical-cross-entropy " in text


def test_candidates_say_what_they_take():
    with pytest.raises(UsageError) as caught:
        find("kl_div")
    text = str(caught.value)
    assert "kl-divergence-log   on logarithms; distributions" in text
    assert "generalized-kl      on probabilities; distributions" in text


def test_own_names_are_never_ambiguous():
    assert all(len(claims()[key(name)]) == 1 for name in catalogue())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("huber:delta=0", "delta must be greater than 0, got 0"),
        ("huber:delta=inf", "delta must be greater than 0, got inf"),
        ("huber:delta=nan", "delta must be greater than 0, got nan"),
        ("huber:delta=1:delta=2", "huber: delta is given twice"),
        ("huber:1:delta=2", "huber: delta is given twice"),
        ("huber:delta=1_000", "delta must be a number, got '1_000'"),
        ("huber:delta=", "delta must be a number, got ''"),
        ("huber:1:2", "'2' names no parameter"),
        ("triplet-margin:swap=maybe", "swap must be true or false, got 'maybe'"),
        ("bce:clip=0.7", "clip must be in \\[0, 0.5\\], got 0.7"),
        ("", "unknown loss ''"),
    ],
)
def test_ill_words(words, message):
    with pytest.raises(UsageError, match=message):
        parse(words)


def test_a_loss_never_changes():
    with pytest.raises(AttributeError, match="a loss never changes"):
        Huber().delta = 2
    assert Huber(delta=2) == Huber(delta=2.0) != Huber()
    assert len({Huber(delta=2), Huber(delta=2.0), Huber(), BCE()}) == 3


def test_metrics_are_no_losses_and_lead_to_some():
    names = [name for metric in metrics() for name in metric.names]
    assert len(set(names)) == len(names) > 50
    assert not [name for name in names if key(name) in claims()]
    for metric in metrics():
        for name in metric.names:
            with pytest.raises(UsageError, match=f"error: '{name}' is {metric.what}\n"):
                parse(name)
        assert [parse(loss).name for loss in metric.losses] == [*metric.losses]
        if metric.recipe:
            first, second, loss, *_ = metric.recipe.split()
            assert (first, second) == ("losscli", "compute")
            assert parse(loss)


def test_the_recipe_for_wmape_is_true():
    wape = next(metric for metric in metrics() if "wmape" in metric.names)
    assert "compute mape FILE --target y_true --weight y_true" in wape.recipe
    target, prediction = np.array([0.5, 2.0, 8.0]), np.array([1.0, 1.5, 10.0])
    weighed = np.average(MAPE().value(prediction, target), weights=target)
    assert weighed == pytest.approx(abs(prediction - target).sum() / target.sum(), rel=1e-15)

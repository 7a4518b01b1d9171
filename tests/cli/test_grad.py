"""Gradients over files, in every shape."""

import json

import pytest


def test_pipe(cli, four):
    assert cli("grad mse four.csv", four) == (
        0,
        "row\tpred\ttarget\tloss\tgrad\n1\t2.5\t3\t0.25\t-1\n2\t0\t-0.5\t0.25\t1\n3\t2\t2\t0\t0\n4\t8\t7\t1\t2\n",
        "",
    )
    assert cli("grad mse four.csv --id id --csv", four).out.splitlines()[1] == "a1,2.5,3,0.25,-1"
    assert cli("grad mse four.csv -b", four).out == "-1\n1\n0\n2\n"


@pytest.mark.parametrize(
    ("options", "grads"),
    [
        ("", [-1, 1, 0, 2]),
        ("-r sum", [-1, 1, 0, 2]),
        ("-r mean", [-0.25, 0.25, 0, 0.5]),
        ("--order 2", [2, 2, 2, 2]),
    ],
)
def test_reductions_and_orders(cli, four, options, grads):
    ran = cli(f"grad mse four.csv -b {options}", four)
    assert [float(line) for line in ran.out.split()] == grads


def test_weights_scale_sums_and_means(cli):
    files = {"w.csv": "pred,target,w\n1,0,1\n2,0,3\n"}
    assert cli("grad mse w.csv -w w -r sum -b", files).out == "2\n12\n"
    assert cli("grad mse w.csv -w w -r mean -b", files).out == "0.5\n3\n"
    assert cli("grad mse w.csv -w w", files).code == 2


def test_json_of_one_input(cli, four):
    answer = json.loads(cli("grad huber:delta=0.5 four.csv --json", four).out)
    assert answer["schema"] == "losscli.grad/1"
    [result] = answer["results"]
    assert result["wrt"] == ["pred"]
    assert result["n"] == 4
    assert result["rows"][0] == {"row": 1, "value": 0.125, "grad": -0.5}


def test_json_of_a_vector(cli):
    answer = json.loads(cli("grad softmax-cross-entropy --values 0/0:0 --json").out)
    assert answer["results"][0]["rows"] == [{"row": 1, "value": 0.6931471805599453, "grad": [-0.5, 0.5]}]


def test_json_of_several_inputs(cli):
    answer = json.loads(cli("grad triplet-margin:margin=3 --values 0/0:0/1:2/0 --json").out)
    [result] = answer["results"]
    assert result["wrt"] == ["anchor", "positive", "negative"]
    assert result["rows"][0] == {
        "row": 1, "value": 2, "grad": {"anchor": [1, -1], "positive": [0, 1], "negative": [-1, 0]},
    }  # fmt: skip


def test_columns_of_vectors_are_named(cli):
    files = {"c.csv": "label,p_cat,p_dog\ncat,0.25,0.75\n"}
    assert cli("grad cce c.csv", files).out == (
        "row\ttarget\tloss\tgrad_cat\tgrad_dog\n1\tcat\t1.3862943611198906\t-4\t0\n"
    )
    head = cli("grad contrastive --values 0/1:0/0:1").out.splitlines()[0]
    assert head == "row\ttarget\tloss\tgrad_x1_0\tgrad_x1_1\tgrad_x2_0\tgrad_x2_1"


def test_kinks_are_counted_and_can_be_marked(cli):
    ran = cli("grad mae --values 1:1,2:1")
    assert ran.out.splitlines()[1:] == ["1\t1\t1\t0\t0", "2\t2\t1\t1\t1"]
    assert ran.err == (
        "note: mae has no derivative in 1 of 2 rows: the subgradient of least norm is given there\n"
    )
    assert cli("grad mae --values 1:1,2:1 --kink nan -b").out == "nan\n1\n"
    assert cli("grad huber --values 1:0,2:1 -b").err == ""


def test_gradient_is_not_clipped(cli):
    assert cli("grad bce --values 1e-20:1,0:1,0:0 -b").out == "-1e+20\n-inf\n1\n"


def test_one_loss_only(cli, four):
    assert (
        cli("grad mse,mae four.csv", four).err
        == "error: grad takes one loss, got 'mse,mae'\n  fix: losscli grad mse ...\n"
    )


def test_several_outputs_with_several_derivatives_each(cli):
    files = {"k.csv": "mean_a,mean_b,var_a,var_b,t_a,t_b\n1,2,4,1,0,0\n", "one.csv": "mu,v,y\n2,1,0\n"}
    columns = "--col mean=mean_a,mean_b --col var=var_a,var_b -t t_a,t_b"
    assert cli(f"grad gaussian-nll k.csv {columns}", files).out == (
        "row\tloss_a\tloss_b\tgrad_mean_a\tgrad_mean_b\tgrad_var_a\tgrad_var_b\n"
        "1\t0.8181471805599453\t2\t0.25\t2\t0.09375\t-1.5\n"
    )
    assert cli("grad gaussian-nll one.csv", files).out == (
        "row\tmean\tvar\ttarget\tloss\tgrad_mean\tgrad_var\n1\t2\t1\t0\t2\t2\t-1.5\n"
    )


@pytest.mark.parametrize(
    ("options", "heading"),
    [
        ("mse f.csv", "each row's own loss with respect to pred"),
        ("mse f.csv -r mean", "the mean over 2 rows with respect to pred (each row's own, times 1/2)"),
        ("mse f.csv -r sum", "the sum over rows with respect to pred"),
        ("mse f.csv -r sum -w w", "the sum over rows weighted by w with respect to pred (each row's own, times w)"),
        ("mse f.csv -r mean -w w", "the mean over 2 rows weighted by w with respect to pred (each row's own, times w / 4, the sum of w)"),
        ("softmax-cross-entropy:weights=1/5 f.csv -p z_0,z_1 -t c -r mean",
         "the mean over 2 rows with respect to pred (each row's own, times 1 / 6, the sum of class weights)"),
        ("mse f.csv -p z_0,z_1 -t z_0,z_1 -r mean", "the mean over 4 elements with respect to pred (each element's own, times 1/4)"),
    ],
)  # fmt: skip
def test_the_heading_says_the_factor(cli, options, heading):
    files = {"f.csv": "pred,target,w,z_0,z_1,c\n1,2,1,3,4,0\n2,4,3,5,6,1\n"}
    out = cli(f"grad {options} --format table --width 300", files).out
    assert out.splitlines()[0].endswith(f"gradient of {heading}")

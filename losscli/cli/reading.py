"""From the words of the command line to a reading."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from losscli.cli.options import Words
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.data.batch import Role
    from losscli.data.reading import Reading
    from losscli.loss import Loss
    from losscli.run import Job

CHOICES = {
    "join": ("strict", "inner"),
    "input_format": ("auto", "csv", "tsv", "json", "jsonl", "parquet", "npy", "npz"),
    "decimal": (".", ","),
    "engine": ("auto", "small", "large"),
    "missing": ("error", "drop", "nan"),
    "reduction": ("mean", "sum", "none"),
    "format": ("", "table", "tsv", "csv", "json", "jsonl", "md", "latex", "parquet"),
    "errors": ("text", "json"),
    "color": ("auto", "always", "never"),
    "progress": ("auto", "off"),
    "test": ("permutation", "bootstrap", "wilcoxon"),
    "kink": ("subgradient", "nan"),
    "kind": ("curve", "hist"),
    "show": ("loss", "grad", "both"),
    "framework": ("auto", "numpy", "torch", "jax"),
}

OF_COLUMNS = ("pred", "target", "col", "targets", "on", "weight", "ident", "group", "where", "cluster")
"""Options that say which columns play which role."""


def choice(name: str, value: str) -> Any:
    """Return `value` if option `name` may have it. Raises `UsageError`."""
    if value in CHOICES[name]:
        return value
    words = " ".join(each for each in CHOICES[name] if each)
    raise UsageError(f"--{name.replace('_', '-')}: '{value}' is not one of: {words}", code="bad-option")


def open_input(
    losses: Sequence[Loss],
    words: Words,
    command: str,
    group: Sequence[str] = (),
    beside: Sequence[Role] = (),
    cluster: str = "",
) -> Job:
    """Return the job of computing `losses` over the input that `words` describe, and of what else is read `beside`."""
    from losscli.fit import need
    from losscli.run import Job

    refuse_idle(losses, words)
    needed = need(losses)
    listed = losses[0].listed
    job = Job
    if listed:
        from losscli.lists import ListJob as job
    if words.values:
        reading = _typed(needed.forms, words, group, cluster)
    else:
        forms = [(*form, *beside) for form in needed.forms]
        reading = read_as(forms, words, command, lists=listed, group=group, cluster=cluster)
    return job(losses, needed, reading, normalize=words.normalize)


def _typed(forms: Sequence[tuple[Role, ...]], words: Words, group: Sequence[str], cluster: str) -> Reading:
    """Return the reading of `--values`. Raises `UsageError` if anything is said of a file or its columns."""
    from losscli.data.literals import literals

    _check_choices(words)
    if words.file:
        raise UsageError("--values and a file: one of them, not both", code="option-conflict")
    said = {**words._asdict(), "group": group, "cluster": cluster}
    for option in OF_COLUMNS:
        if said[option]:
            raise UsageError(
                f"--values are rows without columns: --{option.replace('ident', 'id')} has no meaning here",
                code="option-unused",
            )
    count = words.values.split(",")[0].count(":") + 1
    form = next((form for form in forms if len(form) == count), forms[0])
    reading = literals(words.values, form)
    reading.form = forms.index(form)
    return reading


def refuse_idle(losses: Sequence[Loss], words: Words) -> None:
    """Raise `UsageError` if an option changes nothing in any of the losses."""
    entries = [entry for loss in losses for form in loss.forms for entry in form]
    names = list(dict.fromkeys(loss.name for loss in losses))
    they = f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'} no"
    for option, said, used, what in (
        ("normalize", words.normalize, any(entry.simplex for entry in entries), "rows of probabilities"),
        ("classes", words.classes, any(entry.of for entry in entries), "classes"),
    ):
        if said and not used:
            raise UsageError(f"--{option}: {they} {what}", code="option-unused")


def _check_choices(words: Words) -> None:
    """Raise `UsageError` if an option of the input is none of its choices."""
    for name in ("join", "input_format", "decimal", "missing", "engine"):
        choice(name, getattr(words, name))


def read_as(
    forms: Sequence[Sequence[Role]],
    words: Words,
    command: str = "losscli choose",
    *,
    lists: bool = False,
    group: Sequence[str] = (),
    cluster: str = "",
    more: Mapping[str, str] = MappingProxyType({}),
) -> Reading:
    """Return the reading of the input that `words` describe, as one of `forms`; of rows that may be in `lists`.

    Rows may also be in groups, by the columns of `group`, and in clusters, by one. There are `more` roles with columns
    of their own.
    """
    from losscli.data.batch import Options
    from losscli.data.reader import read

    _check_choices(words)
    reading = read(
        forms,
        _file(words, command),
        targets=words.targets,
        on=words.on,
        by_order=words.by_order,
        join=cast("Any", words.join),
        given={**_given(words, [role.name for form in forms for role in form], lists=lists), **more},
        weight=words.weight,
        ident=words.ident,
        group=group,
        cluster=cluster,
        lists=lists,
        options=Options(
            format=cast("Any", words.input_format),
            delimiter=words.delimiter,
            decimal=cast("Any", words.decimal),
            encoding=words.encoding,
            header=not words.no_header,
            missing=cast("Any", words.missing),
            na=tuple(words.na),
            classes=tuple(words.classes.split(",")) if words.classes else (),
            records=words.records,
            engine=cast("Any", words.engine),
            threads=words.threads,
            where=words.where,
        ),
    )
    if not cluster:
        return reading
    from losscli.data.clusters import Clustered

    return Clustered(reading, group, cluster)


def _file(words: Words, command: str) -> str:
    file = words.file or "-"
    if "-" in (file, words.targets) and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError(
            "no input: standard input is a terminal",
            fix=[f"{command} preds.csv", f"cat preds.csv | {command}"],
            code="no-input",
        )
    return file


def _given(words: Words, roles: Sequence[str], *, lists: bool = False) -> Mapping[str, str]:
    """Return the columns that were said, by role: `--pred` is the first input of a loss."""
    roles = [*dict.fromkeys(roles), *(["list"] if lists else [])]
    given: dict[str, str] = {}
    if len(words.pred) > 1:
        raise UsageError(
            "one --pred for this command; the columns of a vector stand in one",
            fix=[f"--pred {','.join(words.pred)}"],
            code="option-conflict",
        )
    if words.pred:
        given[subject(roles)] = words.pred[0]
    if words.target:
        given["target"] = words.target
    for each in words.col:
        role, equals, columns = each.partition("=")
        if role == "list" and role not in roles:
            raise UsageError(
                f"--col {each}: this is a loss of rows, not of lists of rows", code="option-unused"
            )
        if not equals or not (columns or role == "list"):  # --col list= says that all rows are one list
            raise UsageError(
                f"--col {each}: write --col ROLE=COLUMNS", [f"roles: {', '.join(roles)}"], code="bad-option"
            )
        if role not in roles:
            raise UsageError(
                f"--col {each}: no input is called '{role}'",
                [f"roles: {', '.join(roles)}"],
                code="unknown-role",
            )
        given[role] = columns
    if "target" in given and "target" not in roles:
        raise UsageError(
            "--target: this loss has no target", [f"roles: {', '.join(roles)}"], code="option-unused"
        )
    return given


def subject(roles: Sequence[str]) -> str:
    """Return the role that --pred gives: the first input of a loss that has no `pred`."""
    return "pred" if "pred" in roles else roles[0]


def settings(words: Words, job: Job) -> list[str]:
    """Return what of the input changes results, for the signature."""
    said = [f"miss:{words.missing}"]
    if lists := job.reading.chosen.get("list"):
        said.append(f"list:{lists.names[0]}")
    if words.where:
        said.append("where:" + " ".join(words.where.replace("|", "/").split()))
    if words.on:
        said.append(f"on:{words.on}" + (":inner" if words.join == "inner" else ""))
    if words.weight:
        said.append(f"w:{words.weight}")
    if words.classes:
        said.append(f"classes:{words.classes}")
    if words.normalize:
        said.append("normalize:true")
    return said

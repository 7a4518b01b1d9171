"""Every option that commands share, once: one name and one letter mean one thing everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple

from typer import Argument, Option

from losscli.data.files import Files

INPUT, OUTPUT, STATISTICS = "Input", "Output", "Statistics"

Losses = Annotated[str, Argument(metavar="LOSS[,LOSS...]", help="losses by name: mse,huber:delta=0.5")]
OneLoss = Annotated[str, Argument(metavar="LOSS", help="a loss by name: huber:delta=0.5")]
FILE = Argument(
    metavar="[FILE]",
    help="CSV, TSV, JSON, JSON lines, Parquet, NumPy; several, or 'part-*.csv', are read as one; - or nothing: "
    "standard input",
)
File = Annotated[str, FILE]
FILES = Annotated[list[str], FILE]
"""What a shell makes of a pattern."""

Pred = Annotated[
    list[str], Option("--pred", "-p", metavar="COL", rich_help_panel=INPUT,
                help="prediction column, or columns: p_cat,p_dog or 'p_*'  [auto]"),
]  # fmt: skip
Target = Annotated[
    str, Option("--target", "-t", metavar="COL", help="target column  [auto: y_true target label ...]",
                rich_help_panel=INPUT),
]  # fmt: skip
Col = Annotated[
    list[str], Option("--col", metavar="ROLE=COL", rich_help_panel=INPUT,
                      help="column of any other input: --col anchor='a_*'; --col list=query_id says which list a "
                      "row is in"),
]  # fmt: skip
Targets = Annotated[
    str,
    Option("--targets", metavar="FILE2", help="take the targets from a second file", rich_help_panel=INPUT),
]
On = Annotated[
    str,
    Option(
        "--on", metavar="KEY[=KEY2]", help="match the two files on this id, one to one", rich_help_panel=INPUT
    ),
]
ByOrder = Annotated[
    bool, Option("--by-order", help="pair the rows of two files by order", rich_help_panel=INPUT)
]
Join = Annotated[
    str, Option("--join", metavar="strict|inner", help="inner: score the ids that both files have, count the others"
                "  [strict]", rich_help_panel=INPUT),
]  # fmt: skip
Values = Annotated[
    str, Option("--values", metavar="P:T,...", help="rows as literals, prediction:target: 2.5:3,0:-0.5",
                rich_help_panel=INPUT),
]  # fmt: skip
Where = Annotated[
    str, Option("--where", metavar="CONDITION", rich_help_panel=INPUT,
                help="only the rows for which this SQL holds: \"year >= 2020 and region = 'north'\""),
]  # fmt: skip
Weight = Annotated[
    str, Option("--weight", "-w", metavar="COL", help="weight of each row", rich_help_panel=INPUT)
]
Group = Annotated[
    list[str], Option("--group", "-g", metavar="COL", help="report each group of rows too, and all: region,year",
                      rich_help_panel=OUTPUT),
]  # fmt: skip
Ident = Annotated[str, Option("--id", metavar="COL", help="name rows by this column", rich_help_panel=INPUT)]
InputFormat = Annotated[
    str,
    Option(
        "--input-format",
        "-I",
        metavar="FORMAT",
        help="csv tsv json jsonl parquet npy npz  [auto]",
        rich_help_panel=INPUT,
    ),
]
Records = Annotated[
    str, Option("--records", metavar="PATH", help="where in a JSON document the records are: data.rows",
                rich_help_panel=INPUT),
]  # fmt: skip
Delimiter = Annotated[
    str, Option("--delimiter", metavar="CHAR", help="between fields: a character, tab or space  [auto]",
                rich_help_panel=INPUT),
]  # fmt: skip
Decimal = Annotated[str, Option("--decimal", metavar=".|,", help="decimal mark  [.]", rich_help_panel=INPUT)]
Encoding = Annotated[
    str, Option("--encoding", metavar="NAME", help="of text  [utf-8]", rich_help_panel=INPUT)
]
NoHeader = Annotated[
    bool, Option("--no-header", help="there is no header line: columns are 1, 2, ...", rich_help_panel=INPUT)
]
Engine = Annotated[
    str,
    Option("--engine", metavar="auto|small|large", help="what reads: Python, or DuckDB from 4 MB on  [auto]",
           rich_help_panel=INPUT),
]  # fmt: skip
Threads = Annotated[
    int,
    Option("--threads", metavar="N", help="how many parse a large file at a time  [the cores, up to 4]", min=0,
           rich_help_panel=INPUT),
]  # fmt: skip
Missing = Annotated[
    str, Option("--missing", metavar="error|drop|nan", help="what to do with rows that lack a value  [error]",
                rich_help_panel=INPUT),
]  # fmt: skip
Na = Annotated[
    list[str], Option("--na", metavar="TEXT", help="this text too means missing  [empty NA N/A nan null None]",
                      rich_help_panel=INPUT),
]  # fmt: skip
Classes = Annotated[
    str, Option("--classes", metavar="A,B,...", help="the classes, in the order of the prediction columns",
                rich_help_panel=INPUT),
]  # fmt: skip
Normalize = Annotated[
    bool, Option("--normalize", help="divide every row of probabilities by its sum", rich_help_panel=INPUT)
]

Reduction = Annotated[
    str, Option("--reduction", "-r", metavar="mean|sum|none", help="over rows", rich_help_panel=OUTPUT)
]
Sparkline = Annotated[
    bool,
    Option("--sparkline", help="a histogram of the losses of rows, as small bars", rich_help_panel=OUTPUT),
]
PerRow = Annotated[bool, Option("--per-row", help="the same as --reduction none", rich_help_panel=OUTPUT)]
Format = Annotated[
    str, Option("--format", "-f", metavar="FORMAT", rich_help_panel=OUTPUT,
                help="table tsv csv json jsonl md latex parquet  [table on a terminal, tsv in a pipe]"),
]  # fmt: skip
Json = Annotated[bool, Option("--json", help="short for --format json", rich_help_panel=OUTPUT)]
Csv = Annotated[bool, Option("--csv", help="short for --format csv", rich_help_panel=OUTPUT)]
Tsv = Annotated[bool, Option("--tsv", help="short for --format tsv", rich_help_panel=OUTPUT)]
Md = Annotated[bool, Option("--md", help="short for --format md", rich_help_panel=OUTPUT)]
Fields = Annotated[
    str,
    Option("--fields", metavar="A,B,...", help="only these columns, in this order", rich_help_panel=OUTPUT),
]
Precision = Annotated[
    int, Option("--precision", metavar="N", rich_help_panel=OUTPUT,
                help="significant digits in table, md and latex; other formats are exact  [4]"),
]  # fmt: skip
NoHeaders = Annotated[
    bool, Option("--no-headers", help="tsv and csv without the line of names", rich_help_panel=OUTPUT)
]
OutputFile = Annotated[
    str, Option("--output", "--out", "-o", metavar="FILE", rich_help_panel=OUTPUT,
                help="write a file, whole or not at all: .csv .tsv .json .jsonl .md .tex .txt .parquet"),
]  # fmt: skip
Bare = Annotated[bool, Option("--bare", "-b", help="the numbers alone, exact", rich_help_panel=OUTPUT)]
PageFile = Annotated[
    str, Option("--output", "--out", "-o", metavar="FILE", help="write a page, whole or not at all: .txt or .json",
                rich_help_panel=OUTPUT),
]  # fmt: skip
All = Annotated[
    bool, Option("--all", help="every row in a table too, not its two ends alone", rich_help_panel=OUTPUT)
]
Progress = Annotated[
    str, Option("--progress", metavar="auto|off", help="auto: on a terminal, after a second  [auto]",
                rich_help_panel=OUTPUT),
]  # fmt: skip
Color = Annotated[
    str,
    Option(
        "--color",
        metavar="auto|always|never",
        help="[LOSSCLI_COLOR, NO_COLOR ..., auto]",
        rich_help_panel=OUTPUT,
    ),
]
Width = Annotated[
    int,
    Option(
        "--width",
        metavar="N",
        help="columns to fill  [LOSSCLI_WIDTH, or the terminal]",
        rich_help_panel=OUTPUT,
    ),
]

Interval = Annotated[
    str, Option("--ci", metavar="[LEVEL]", rich_help_panel=STATISTICS,
                help="the interval where the mean may lie: bootstrap up to 10,000 rows, normal beyond  [0.95]"),
]  # fmt: skip
Resamples = Annotated[
    int,
    Option("--resamples", metavar="N", help="of a bootstrap or a test  [10000]", rich_help_panel=STATISTICS),
]
Seed = Annotated[int, Option("--seed", metavar="N", help="of resamples  [0]", rich_help_panel=STATISTICS)]
Cluster = Annotated[
    str, Option("--cluster", metavar="COL", rich_help_panel=STATISTICS,
                help="rows that go together, of one user or one day, count as one in intervals"),
]  # fmt: skip


class Sampling(NamedTuple):
    """What the command line says of intervals, as typed."""

    ci: Interval = ""
    resamples: Resamples = 10_000
    seed: Seed = 0
    cluster: Cluster = ""


Style = Annotated[
    str,
    Option("--style", metavar="ascii|braille|block", rich_help_panel="Picture",
           help="what the curves are made of  [LOSSCLI_STYLE, or ascii]"),
]  # fmt: skip


def listed(typed: Iterable[str]) -> list[str]:
    """Return columns that were typed with commas, or one after the other."""
    return [name.strip() for each in typed for name in each.split(",") if name.strip()]


class Words(NamedTuple):
    """What the command line says of the input, as typed."""

    file: File = ""
    pred: Pred = []  # noqa: RUF012 (Typer copies the default)
    target: Target = ""
    col: Col = []  # noqa: RUF012
    targets: Targets = ""
    on: On = ""
    by_order: ByOrder = False
    join: Join = "strict"
    values: Values = ""
    where: Where = ""
    weight: Weight = ""
    ident: Ident = ""
    input_format: InputFormat = "auto"
    records: Records = ""
    delimiter: Delimiter = ""
    decimal: Decimal = "."
    encoding: Encoding = "utf-8-sig"
    no_header: NoHeader = False
    engine: Engine = "auto"
    threads: Threads = 0
    missing: Missing = "error"
    na: Na = []  # noqa: RUF012
    classes: Classes = ""
    normalize: Normalize = False

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are read."""
        names = self.file.names if isinstance(self.file, Files) else (self.file,)
        return tuple(each for each in (*names, self.targets) if each and each != "-")


class Print(NamedTuple):
    """What the command line says of the output, as typed."""

    format: Format = ""
    json: Json = False
    csv: Csv = False
    tsv: Tsv = False
    md: Md = False
    fields: Fields = ""
    precision: Precision = 0
    no_headers: NoHeaders = False
    output: OutputFile = ""
    color: Color = ""
    width: Width = 0

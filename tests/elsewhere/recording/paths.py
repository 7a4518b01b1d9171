"""Record which of the names elsewhere libraries have, for `test_paths.py`: python -m tests.elsewhere.recording.paths

Needs the libraries in `LIBRARIES`. Names of libraries that are not installed stay as they were.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

from importlib import import_module, util
from pathlib import Path

from losscli.losses import catalogue
from losscli.spec import elsewhere

FILE = Path(__file__).parents[1] / "paths.txt"
LIBRARIES = ("keras", "lifelines", "optax", "pycox", "pytorch_metric_learning", "rax", "scipy", "scoringrules",
             "segmentation_models_pytorch", "sklearn", "sksurv", "statsmodels", "torch", "torchmetrics", "torchsurv",
             "torchvision")  # fmt: skip


def has(path):
    """Whether what is called so can be had: a module, and attributes of it."""
    parts = path.split(".")
    for at in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:at]))
        except ImportError:
            continue
        for part in parts[at:]:
            found = getattr(found, part, None)
        return found is not None
    return False


def bare(name):
    """The name without arguments: `torch.nn.PoissonNLLLoss` of `torch.nn.PoissonNLLLoss(log_input=False)`."""
    return name.partition("(")[0].partition(" ")[0]


def known(name):
    """Whether a library has it, as an attribute or, in Keras, as a word for one."""
    if has(name):
        return True
    if not name.startswith("keras.losses."):
        return False
    try:
        import_module("keras.losses").get(name.rpartition(".")[2])
    except ValueError:
        return False
    return True


def main():
    """Ask for every name."""
    names = {bare(claim.name) for loss in catalogue().values() for claim in elsewhere(loss)}
    names |= {
        name.rpartition(".")[0] for name in names if name.startswith("sklearn.")
    }  # whose loss is a word
    here = {library for library in LIBRARIES if util.find_spec(library)}
    kept = (
        {line for line in FILE.read_text().splitlines() if line.partition(".")[0] not in here}
        if FILE.exists()
        else set()
    )
    found = {name for name in names if name.partition(".")[0] in here and known(name)}
    FILE.write_text("".join(f"{name}\n" for name in sorted(kept | found)))


if __name__ == "__main__":
    main()

"""Which classifier judges, and its version without loading it."""

from __future__ import annotations

import functools
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import ModelError

if TYPE_CHECKING:
    from models.protocol import Classifier

WEIGHTS = Path(__file__).parent / "weights"
BASELINE = WEIGHTS / "baseline.npz"
JUDGE = WEIGHTS / "zingonia"


def load_classifier(model: str | None = None) -> Classifier:
    """The bundled judge, "baseline", or the model at a path: a folder or an .npz. Raises ModelError."""
    path = _path(model)
    if path.is_dir():
        from models import transformer

        return transformer.load(path)
    from models import baseline

    return baseline.load(path)


def version_of(model: str | None = None) -> str:
    """The version that `load_classifier` would give its verdicts, read without loading the weights."""
    path = _path(model)
    if path.is_dir():
        from models import transformer

        return str(transformer.describe(path)["version"])
    return _version_in(path)


def _path(model: str | None) -> Path:
    """A local path; a name that is none is looked for on the model hub, where there is one."""
    if model is None:
        return JUDGE if JUDGE.is_dir() else BASELINE
    if model == "baseline":
        return BASELINE
    path = Path(model)
    if path.exists():
        return path
    if model.count("/") == 1 and not model.startswith((".", "/")):
        return _from_hub(model)
    raise ModelError(f"{path}: no such model. Give a model's folder, or leave --model out for the bundled one.")


def _from_hub(name: str) -> Path:
    """Download a repository of the hub. Raises ModelError."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name))
    except Exception as err:  # no network, no such repository, no access: each its own class
        raise ModelError(
            f"{name}: neither a local folder nor to be had from the model hub ({type(err).__name__})."
        ) from err


@functools.lru_cache(maxsize=8)
def _version_in(path: Path) -> str:
    """The `version` array of an .npz."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as arrays:
            return str(arrays["version"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as err:
        raise ModelError(f"{path}: not a model of zingonia ({err}).") from err

"""`zingonia train`: coded articles → the judge's folder. Needs the extra `train`; a few hours' patience at most."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import baseline, inputs, stack
from models.coded import DATA, Coded, Targets, digest_of, read, targets
from models.loading import WEIGHTS
from monitor.errors import ModelError

Floats = NDArray[np.float32]
TERRITORY = Path(__file__).parent.parent / "territories" / "zingonia"
HELD = 6
"""One re-told article in so many is held out, to weigh the two readers and to calibrate them."""
RETOLD, INVENTED = 1.5, 0.75
"""What an article weighs: re-told coverage is what the model will read (models/EXPERIMENTS.md)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a training made."""

    folder: Path
    version: str
    articles: int
    held: int


def articles(folder: Path = DATA) -> list[Coded]:
    """All training articles, a repeated text once. Raises ModelError where there are none."""
    found = {a.text: a for path in sorted(folder.glob("*.jsonl")) for a in read(path)}
    if not found:
        raise ModelError(f"{folder}: no coded articles (*.jsonl) to train on.")
    return list(found.values())


def is_held(article: Coded) -> bool:
    """Whether an article is kept out of training: by a hash of its id, so that it stays so as data grow."""
    if article.kind != "retold":
        return False
    return int(hashlib.sha1(article.id.encode(), usedforsecurity=False).hexdigest(), 16) % HELD == 0


def weights_of(rows: Sequence[Coded]) -> Floats:
    """One weight an article, 1 on the average."""
    w = np.array([RETOLD if a.kind == "retold" else INVENTED for a in rows], dtype=np.float32)
    return np.asarray(w / w.mean(), dtype=np.float32)


def train_baseline(out: Path = WEIGHTS / "baseline.npz", data: Path = DATA) -> Path:
    """Fit and write the lexical baseline alone: seconds."""
    rows = articles(data)
    digest = digest_of(data.glob("*.jsonl"))
    baseline.save(baseline.fit(rows, f"tfidf-{digest[:8]}"), out)
    return out


def train(
    out: Path = WEIGHTS / "zingonia", data: Path = DATA, encoder: Path = Path("data/encoder"), epochs: int = 0
) -> Result:
    """Fine-tune, calibrate, export. The encoder is built first where its folder is missing."""
    import torch
    from tokenizers import Tokenizer

    from models import encoder as source
    from models import export, network

    if not (encoder / "model.safetensors").exists():
        source.build(encoder)
    torch.use_deterministic_algorithms(True)
    recipe = network.Recipe() if not epochs else replace(network.Recipe(), epochs=epochs)
    rows, names = articles(data), inputs.names_of(TERRITORY)
    kept, held = [a for a in rows if not is_held(a)], [a for a in rows if is_held(a)]
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    net = network.Network(encoder, recipe.dropout)
    network.fit(net, inputs.read(tokenizer, names, pairs(kept)), targets(kept), weights_of(kept), recipe)
    logits = network.answer_all(net, inputs.read(tokenizer, names, pairs(held)))
    digest = digest_of(data.glob("*.jsonl"))
    made = finish(logits, kept, held, names, f"zingonia-{digest[:8]}")
    about = {"data": digest, "recipe": asdict(recipe), "trained_on": len(kept), "calibrated_on": len(held)}
    export.write(export.Parts(net, encoder, names, made.lexical, made.stack, made.version, about), out)
    return Result(out, made.version, len(kept), len(held))


@dataclass(frozen=True, slots=True)
class Finished:
    """The lexical reader and how the two are weighed."""

    lexical: baseline.Baseline
    stack: stack.Stack
    version: str


def finish(
    logits: NDArray[np.floating[Any]], kept: Sequence[Coded], held: Sequence[Coded], names: inputs.Names, version: str
) -> Finished:
    """Weigh and calibrate on the held-out articles; then the lexical reader may learn from them as well."""
    trial = baseline.fit(same(kept, names), version, weights_of(kept), names)
    codes: Targets = targets(held)
    fitted = stack.fit(stack.split(logits), trial.logits(pairs(same(held, names))), codes)
    whole = [*kept, *held]
    return Finished(baseline.fit(same(whole, names), version, weights_of(whole), names), fitted, version)


def pairs(rows: Sequence[Coded]) -> list[tuple[str, str]]:
    """(title, text) of each."""
    return [(a.title, a.text) for a in rows]


def same(rows: Sequence[Coded], names: inputs.Names) -> list[Coded]:
    """The articles with one name for every commune."""
    return [replace(a, title=names.same(a.title), text=names.same(a.text)) for a in rows]

"""The encoder with its four linear heads in torch: a linear probe first, then fine-tuning of the upper layers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.coded import Targets
from models.inputs import Read
from models.losses import Loss, loss_for
from models.stack import QUESTIONS

Floats = NDArray[np.float32]
PAD = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is fine-tuned. models/EXPERIMENTS.md has what else was tried."""

    epochs: int = 6
    batch: int = 16
    rate: float = 1e-4  # of the uppermost layer
    decay: float = 0.9  # of the rate, a layer down
    head_rate: float = 3e-4
    frozen: int = 6  # lowest layers that stay as they are, read once and kept
    warmup: float = 0.1  # share of the steps
    dropout: float = 0.1
    weight_decay: float = 0.01
    seed: int = 0


class Network(nn.Module):
    """Token ids → the four questions' logits, side by side (24 columns), from the mean of the token vectors."""

    def __init__(self, folder: Path, dropout: float = 0.1) -> None:
        from transformers import BertModel

        super().__init__()
        self.bert: Any = BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager",
            hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        width = self.bert.config.hidden_size
        self.centre = nn.Buffer(torch.zeros(width))
        self.scale = nn.Buffer(torch.ones(width))
        self.head = nn.Linear(width, sum(QUESTIONS.values()))

    def below(self, ids: torch.Tensor, layers: int) -> torch.Tensor:
        """Token vectors after the lowest layers: (batch, tokens, width)."""
        mask = _additive(ids)
        h: torch.Tensor = self.bert.embeddings(input_ids=ids)
        for layer in self.bert.encoder.layer[:layers]:
            h = _first(layer(h, attention_mask=mask))
        return h

    def above(self, h: torch.Tensor, ids: torch.Tensor, layers: int) -> torch.Tensor:
        """From those to the last token vectors."""
        mask = _additive(ids)
        for layer in self.bert.encoder.layer[layers:]:
            h = _first(layer(h, attention_mask=mask))
        return h

    def pool(self, h: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """The mean over the tokens that are not padding, as float32."""
        kept = (ids != PAD).unsqueeze(-1).float()
        return (h.float() * kept).sum(1) / kept.sum(1)

    def logits(self, pooled: torch.Tensor) -> torch.Tensor:
        """(batch, 24)."""
        made: torch.Tensor = self.head((pooled - self.centre) / self.scale)
        return made


def _first(out: Any) -> torch.Tensor:
    made: torch.Tensor = out[0] if isinstance(out, tuple) else out
    return made


def _additive(ids: torch.Tensor) -> torch.Tensor:
    return ((ids == PAD).float() * -1e4)[:, None, None, :]


def padded(rows: Sequence[Read]) -> torch.Tensor:
    """Ids of a batch: (batch, tokens)."""
    out = torch.full((len(rows), max(len(r.ids) for r in rows)), PAD, dtype=torch.long)
    for k, row in enumerate(rows):
        out[k, : len(row.ids)] = torch.from_numpy(row.ids)
    return out


def _mixed() -> Any:
    return torch.autocast("cpu", torch.bfloat16)


@torch.no_grad()
def lower(net: Network, rows: Sequence[Read], layers: int, batch: int = 32) -> list[torch.Tensor]:
    """What the frozen layers make of each article: (tokens, width), bfloat16."""
    net.eval()
    made: list[torch.Tensor] = [torch.empty(0)] * len(rows)
    for at in by_length(rows, batch):
        ids = padded([rows[i] for i in at])
        with _mixed():
            h = net.below(ids, layers).bfloat16()
        for k, i in enumerate(at):
            made[i] = h[k, : len(rows[i].ids)].clone()
    return made


def by_length(rows: Sequence[Read], batch: int) -> list[list[int]]:
    """Batches of articles of like length, the longest first."""
    order = sorted(range(len(rows)), key=lambda i: (-len(rows[i].ids), i))
    return [order[s : s + batch] for s in range(0, len(order), batch)]


@torch.no_grad()
def pooled(net: Network, rows: Sequence[Read], held: Sequence[torch.Tensor], layers: int) -> torch.Tensor:
    """(articles, width)."""
    net.eval()
    out = torch.zeros(len(rows), net.centre.shape[0])
    for at in by_length(rows, 32):
        with _mixed():
            out[at] = _pool(net, rows, held, at, layers)
    return out


def _pool(net: Network, rows: Sequence[Read], held: Sequence[torch.Tensor], at: Sequence[int], layers: int) -> Any:
    ids = padded([rows[i] for i in at])
    h = torch.zeros(*ids.shape, net.centre.shape[0])
    for k, i in enumerate(at):
        h[k, : len(held[i])] = held[i].float()
    return net.pool(net.above(h, ids, layers), ids)


@torch.no_grad()
def answer(net: Network, rows: Sequence[Read], held: Sequence[torch.Tensor], layers: int) -> Floats:
    """Logits (articles, 24)."""
    out: Floats = net.logits(pooled(net, rows, held, layers)).float().numpy()
    return out


def probe(net: Network, vectors: torch.Tensor, codes: Targets, weights: Floats, c: float = 0.01) -> None:
    """Centre and scale the pooled vectors, and start the heads from logistic regressions."""
    from models.baseline import fit_heads

    x = vectors.numpy().astype(np.float64)
    net.centre.copy_(torch.from_numpy(x.mean(0)))
    net.scale.copy_(torch.from_numpy(x.std(0) + 1e-6))
    heads = fit_heads((x - x.mean(0)) / (x.std(0) + 1e-6), codes, c=c, weights=weights)
    with torch.no_grad():
        net.head.weight.copy_(torch.from_numpy(np.concatenate([heads[q].weights.T for q in QUESTIONS])))
        net.head.bias.copy_(torch.from_numpy(np.concatenate([np.clip(heads[q].bias, -6, 6) for q in QUESTIONS])))


def tune(
    net: Network,
    rows: Sequence[Read],
    held: Sequence[torch.Tensor],
    loss: Loss,
    recipe: Recipe,
    after: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> None:
    """Fine-tune in place; `after` is told each epoch's end."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    optimizer = torch.optim.AdamW(_groups(net, recipe), weight_decay=recipe.weight_decay)
    per_epoch = math.ceil(len(rows) / recipe.batch)
    steps = per_epoch * recipe.epochs
    ramp = max(1, int(recipe.warmup * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / ramp, max(0.0, (steps - s) / max(1, steps - ramp)))
    )
    for epoch in range(recipe.epochs):
        net.train()
        total, started = 0.0, time.monotonic()
        for at in _shuffled(rows, recipe.batch, rng):
            with _mixed():
                vectors = _pool(net, rows, held, at, recipe.frozen)
            value = loss(net.logits(vectors), at)
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            total += value.item()
        print(f"  {len(rows) / (time.monotonic() - started):.1f} articles/s", flush=True)
        after(epoch, total / per_epoch)


def _groups(net: Network, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameters with their rates; what is frozen is left out."""
    for p in net.bert.parameters():
        p.requires_grad_(False)
    top = len(net.bert.encoder.layer)
    groups: list[dict[str, Any]] = [{"params": list(net.head.parameters()), "lr": recipe.head_rate}]
    for n in range(recipe.frozen, top):
        part = list(net.bert.encoder.layer[n].parameters())
        for p in part:
            p.requires_grad_(True)
        groups.append({"params": part, "lr": recipe.rate * recipe.decay ** (top - 1 - n)})
    return groups


def _shuffled(rows: Sequence[Read], batch: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Batches in a new order: sorted by length within stretches of eight batches, so that little is padding."""
    order = rng.permutation(len(rows))
    batches: list[list[int]] = []
    for s in range(0, len(order), 8 * batch):
        stretch = sorted(order[s : s + 8 * batch].tolist(), key=lambda i: len(rows[i].ids))
        batches += [stretch[k : k + batch] for k in range(0, len(stretch), batch)]
    for k in rng.permutation(len(batches)):
        yield batches[int(k)]


def fit(net: Network, rows: Sequence[Read], codes: Targets, weights: Floats, recipe: Recipe) -> None:
    """Linear probe, then fine-tuning."""
    held = lower(net, rows, recipe.frozen)
    probe(net, pooled(net, rows, held, recipe.frozen), codes, weights)
    tune(net, rows, held, loss_for(codes, weights), recipe, lambda e, v: print(f"epoch {e + 1}: loss {v:.3f}"))


def answer_all(net: Network, rows: Sequence[Read]) -> Floats:
    """Logits (articles, 24) of articles that the network has not read before."""
    layers = len(net.bert.encoder.layer) // 2
    return answer(net, rows, lower(net, rows, layers), layers)

"""What fine-tuning minimises: the four questions' losses, rare classes weighed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.coded import Targets
from models.stack import QUESTIONS

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Loss:
    """The four questions' losses added; sentiment and topics over territory articles alone."""

    codes: Targets
    weights: torch.Tensor  # one an article
    relevance: torch.Tensor  # one a class
    sentiment: torch.Tensor
    smoothing: float = 0.05

    def __call__(self, logits: torch.Tensor, at: Sequence[int]) -> torch.Tensor:
        """The loss of a batch."""
        rel, sen, top, sti = torch.split(logits, list(QUESTIONS.values()), dim=1)
        w = self.weights[list(at)]
        about = torch.from_numpy((self.codes.sentiment[at] >= 0).astype(np.float32)) * w
        y_rel, y_sen = torch.from_numpy(self.codes.relevance[at]), torch.from_numpy(self.codes.sentiment[at])
        y_top, y_sti = torch.from_numpy(self.codes.topics[at]).float(), torch.from_numpy(self.codes.stigma[at]).float()
        l_rel = (self._classes(rel, y_rel, self.relevance) * w).sum() / w.sum()
        l_sen = self._classes(sen, y_sen.clamp(min=0), self.sentiment) * about
        l_top = functional.binary_cross_entropy_with_logits(top, y_top, reduction="none").sum(1) * about
        l_sti = functional.binary_cross_entropy_with_logits(sti[:, 0], y_sti, reduction="none") * w
        total = about.sum().clamp(min=1e-3)
        return l_rel + l_sen.sum() / total + 0.5 * l_top.sum() / total + l_sti.sum() / w.sum()

    def _classes(self, logits: torch.Tensor, y: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(logits, y, weight, reduction="none", label_smoothing=self.smoothing)


def loss_for(codes: Targets, weights: Floats) -> Loss:
    """Classes weighed by a root of their rarity."""

    def balance(y: NDArray[np.int64], classes: int, power: float) -> torch.Tensor:
        share = np.bincount(y[y >= 0], weights[y >= 0], minlength=classes) + 1.0
        w = (share.sum() / classes / share) ** power
        return torch.from_numpy((w / np.average(w, weights=share)).astype(np.float32))

    return Loss(
        codes, torch.from_numpy(weights), balance(codes.relevance, QUESTIONS["relevance"], 0.25),
        balance(codes.sentiment, QUESTIONS["sentiment"], 0.5),
    )  # fmt: skip

"""The judge: a fine-tuned encoder in int8 ONNX, four linear heads on its mean token vector, a lexical reader beside it.

Needs onnxruntime and tokenizers, no torch. An article is run by itself: int8 activations are scaled over all that is
run together, and a verdict must not depend on an article's neighbours. Memory is that of one article of 256 tokens.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import baseline, inputs
from models.reading import EVIDENCE, Answers, Thresholds, verdict
from models.stack import QUESTIONS, Mix, Stack, softmax, split
from monitor.errors import ModelError
from monitor.types import Verdict

Floats = NDArray[np.float32]
BATCH = 64
THREADS = 2
FILES = ("model.onnx", "tokenizer.json", "heads.npz", "lexical.npz", "judge.json")


@dataclass(frozen=True, slots=True)
class Looked:
    """What the encoder made of one article."""

    mean: Floats  # (384,)
    parts: tuple[str, ...]  # its sentences, as far as they were read
    sums: Floats  # (sentences, 384): each one's token vectors, added
    sizes: NDArray[np.int64]  # (sentences,): its tokens
    tokens: int


@dataclass(frozen=True, slots=True)
class Transformer:
    """A loaded judge."""

    session: Any
    tokenizer: Any
    names: inputs.Names
    length: int
    weights: Floats  # (384, 24), centring and scaling folded in
    bias: Floats  # (24,)
    lexical: baseline.Baseline
    stack: Stack
    version: str

    def classify(self, articles: Sequence[tuple[str, str]]) -> Iterator[Verdict]:
        """One verdict each, in order."""
        for start in range(0, len(articles), BATCH):
            batch = articles[start : start + BATCH]
            looked = [self._look(r) for r in inputs.read(self.tokenizer, self.names, batch, self.length)]
            lexical = self.lexical.logits(self._same(batch))
            answers = self.stack.answers(self._heads(*(one.mean for one in looked)), lexical)
            for row, one in enumerate(looked):
                evidence = self._evidence(one, answers, row)
                yield verdict(answers, row, evidence, self.version, self.stack.at)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of texts: (n, 384)."""
        made = [self._look(r).mean for r in inputs.read(self.tokenizer, self.names, [("", t) for t in texts])]
        vectors = np.stack(made) if made else np.zeros((0, self.weights.shape[0]), np.float32)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)

    def logits(self, articles: Sequence[tuple[str, str]]) -> Floats:
        """The encoder's own (articles, 24), before the lexical reader is heard."""
        looked = [self._look(r) for r in inputs.read(self.tokenizer, self.names, articles, self.length)]
        return np.stack([one.mean for one in looked]) @ self.weights + self.bias

    def _same(self, articles: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(self.names.same(title), self.names.same(text)) for title, text in articles]

    def _heads(self, *means: NDArray[np.floating[Any]]) -> dict[str, NDArray[np.float64]]:
        """Logits, one vector at a time: a product of matrices would round by the batch's size."""
        return split(np.stack([mean @ self.weights + self.bias for mean in means]))

    def _look(self, row: inputs.Read) -> Looked:
        vectors: Floats = self.session.run(None, {"input_ids": row.ids[None]})[0][0]
        sums = [vectors[where].sum(axis=0) for _, where in row.parts]
        return Looked(
            vectors.mean(axis=0), tuple(text for text, _ in row.parts),
            np.stack(sums) if sums else np.zeros((0, vectors.shape[1]), np.float32),
            np.array([where.stop - where.start for _, where in row.parts], dtype=np.int64), len(vectors),
        )  # fmt: skip

    def _evidence(self, one: Looked, answers: Answers, row: int) -> list[str]:
        """The sentences without which the answer that was given would be least probable.

        The heads are linear over the mean, so each is left out of the mean without running the encoder again.
        """
        if not one.parts:
            return []
        left = (one.mean * one.tokens - one.sums) / np.maximum(one.tokens - one.sizes, 1)[:, None]
        without = self._heads(*left)
        about = int(np.argmax(answers.relevance[row])) == 0
        question, given = ("sentiment", answers.sentiment[row]) if about else ("relevance", answers.relevance[row])
        order = np.argsort(softmax(without[question])[:, int(np.argmax(given))], kind="stable")
        return [one.parts[i] for i in order[:EVIDENCE]]


@functools.lru_cache(maxsize=2)
def load(folder: Path) -> Transformer:
    """Read what `models.export` wrote. Raises ModelError."""
    about = describe(folder)
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
    options.enable_cpu_mem_arena = False
    try:
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        heads = dict(np.load(folder / "heads.npz", allow_pickle=False))
        names = inputs.Names.parse(about["names"])
        stack = Stack({q: Mix(**about["mixes"][q]) for q in QUESTIONS}, Thresholds(**about["thresholds"]))
        return Transformer(
            session, Tokenizer.from_file(str(folder / "tokenizer.json")), names, int(about["length"]),
            heads["weights"], heads["bias"], baseline.load(folder / "lexical.npz"), stack, str(about["version"]),
        )  # fmt: skip
    except Exception as err:  # onnxruntime and tokenizers raise classes of their own, without a common root
        raise ModelError(f"{folder}: the model cannot be loaded ({err}).") from err


def describe(folder: Path) -> dict[str, Any]:
    """What `judge.json` says of a model, after a look that all its files are there. Raises ModelError."""
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise ModelError(
            f"{folder}: not a judge of zingonia, it lacks {', '.join(missing)}. "
            "`zingonia train` writes such a folder; a sequence classifier of another kind answers other questions."
        )
    try:
        about: dict[str, Any] = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
        if "version" not in about:
            raise ValueError("no version")
    except ValueError as err:
        raise ModelError(f"{folder / 'judge.json'}: unreadable ({err}).") from err
    return about

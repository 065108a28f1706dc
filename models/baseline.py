"""The baseline: TF-IDF and logistic regression, four answers. What every other classifier must beat.

Its weights are arrays in one .npz (no pickle), so that they load on any version of the libraries.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.coded import Coded, Targets, targets
from models.cues import cues
from models.inputs import Names
from models.reading import EVIDENCE, Answers, verdict
from models.stack import sigmoid, softmax
from monitor import sentences
from monitor.errors import ModelError
from monitor.types import RELEVANCES, SENTIMENTS, TOPICS, Verdict

Floats = NDArray[np.float64]
BATCH = 256
C = 8.0  # inverse regularisation; models/EXPERIMENTS.md compares 2, 4, 8 and 16
TITLE_SCALE, CUE_SCALE = 0.5, 0.3  # beside blocks of unit length; halves and doubles scored within .015 on dev


@dataclass(frozen=True, slots=True)
class Head:
    """A linear answer: probabilities by softmax (one column a class) or sigmoid (one column)."""

    weights: Floats  # (features, columns)
    bias: Floats  # (columns,)

    def logits(self, x: csr_matrix) -> Floats:
        """Scores of shape (articles, columns)."""
        return np.asarray(x @ self.weights) + self.bias


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline."""

    words: TfidfVectorizer
    letters: TfidfVectorizer
    heads: dict[str, Head]
    version: str
    titles: TfidfVectorizer | None = None  # the judge's lexical reader alone: letters of the title, and cues
    names: Names | None = None

    def features(self, articles: Sequence[tuple[str, str]]) -> csr_matrix:
        """Words (1–2) and letters (3–5), the title counted twice: shape (articles, features)."""
        texts = [f"{title}\n{title}\n{text}" for title, text in articles]
        blocks = [self.words.transform(texts), self.letters.transform(texts)]
        if self.titles and self.names:
            blocks.append(TITLE_SCALE * self.titles.transform(title for title, _ in articles))
            blocks.append(csr_matrix(CUE_SCALE * cues(articles, self.names)))
        return hstack(blocks, format="csr")

    def logits(self, articles: Sequence[tuple[str, str]]) -> dict[str, Floats]:
        """Each question's scores, (articles, columns)."""
        x = self.features(articles)
        return {question: head.logits(x) for question, head in self.heads.items()}

    def answers(self, articles: Sequence[tuple[str, str]]) -> Answers:
        """Probabilities for a batch."""
        z = self.logits(articles)
        return Answers(
            softmax(z["relevance"]), softmax(z["sentiment"]), sigmoid(z["topics"]), sigmoid(z["stigma"])[:, 0]
        )

    def classify(self, articles: Sequence[tuple[str, str]]) -> Iterator[Verdict]:
        """One verdict each, in order."""
        for start in range(0, len(articles), BATCH):
            batch = articles[start : start + BATCH]
            answers = self.answers(batch)
            for row, (title, text) in enumerate(batch):
                evidence = self._evidence(title, text, answers, row)
                yield verdict(answers, row, evidence, self.version)

    def _evidence(self, title: str, text: str, answers: Answers, row: int) -> list[str]:
        """The sentences without which the sentiment that was given would be least probable."""
        parts = sentences.split(text)
        if not parts:
            return []
        without = [(title, " ".join(parts[:i] + parts[i + 1 :])) for i in range(len(parts))]
        scores = softmax(self.heads["sentiment"].logits(self.features(without)))
        given = int(np.argmax(answers.sentiment[row]))
        order = np.argsort(scores[:, given], kind="stable")
        return [parts[i] for i in order[:EVIDENCE]]


def fit(
    articles: Sequence[Coded],
    version: str,
    weights: NDArray[np.floating] | None = None,
    names: Names | None = None,
) -> Baseline:
    """Train on coded articles, each of a weight; with the territory's names, on their titles and cues as well."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=20_000, dtype=np.float32)
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True, max_features=40_000, dtype=np.float32
    )
    texts = [f"{a.title}\n{a.title}\n{a.text}" for a in articles]
    words.fit(texts)
    letters.fit(texts)
    titles = None
    if names:
        titles = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True, max_features=15_000, dtype=np.float32
        ).fit([a.title for a in articles])
    empty = Baseline(words, letters, {}, version, titles, names)
    x = empty.features([(a.title, a.text) for a in articles])
    return replace(empty, heads=fit_heads(x, targets(articles), weights=weights))


def fit_heads(
    x: csr_matrix | Floats, codes: Targets, c: float = C, weights: NDArray[np.floating] | None = None
) -> dict[str, Head]:
    """One logistic regression a question; sentiment and topics learn from territory articles alone."""
    w = np.ones(len(codes.relevance)) if weights is None else weights.astype(np.float64)
    about = np.flatnonzero(codes.sentiment >= 0)
    topics = [_binary(x[about], codes.topics[about, k], c, w[about]) for k in range(len(TOPICS))]
    return {
        "relevance": _multi(x, codes.relevance, len(RELEVANCES), c, w),
        "sentiment": _multi(x[about], codes.sentiment[about], len(SENTIMENTS), c, w[about]),
        "topics": Head(np.stack([w for w, _ in topics], 1), np.array([b for _, b in topics])),
        "stigma": Head(*(np.array(part)[..., None] for part in _binary(x, codes.stigma, c, w))),
    }


def _multi(x: csr_matrix | Floats, y: NDArray[np.int64], classes: int, c: float, w: Floats) -> Head:
    """Multinomial regression over all classes, also those that the data lack."""
    model = LogisticRegression(C=c, max_iter=2000, class_weight="balanced").fit(x, y, sample_weight=w)
    weights, bias = np.zeros((x.shape[1], classes)), np.full(classes, -20.0)
    if len(model.classes_) == 2:
        weights[:, model.classes_[1]], bias[model.classes_] = model.coef_[0], [0.0, model.intercept_[0]]
    else:
        weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    return Head(weights, bias)


def _binary(x: csr_matrix | Floats, y: NDArray[np.int64], c: float, w: Floats) -> tuple[Floats, float]:
    """Weights and bias of one yes or no; never yes where the data hold no example."""
    if y.min() == y.max():
        return np.zeros(x.shape[1]), -20.0
    model = LogisticRegression(C=c, max_iter=2000, class_weight="balanced").fit(x, y, sample_weight=w)
    return model.coef_[0], float(model.intercept_[0])


def save(model: Baseline, path: Path) -> None:
    """Write one .npz: vocabularies, inverse document frequencies, weights as float16."""
    arrays: dict[str, NDArray[np.generic]] = {"version": np.array(model.version)}
    if model.names:
        arrays["names"] = np.array(json.dumps(asdict(model.names)))
    for name, vectorizer in (("words", model.words), ("letters", model.letters), ("titles", model.titles)):
        if vectorizer is None:
            continue
        arrays[f"{name}.terms"] = np.frombuffer("\n".join(vectorizer.get_feature_names_out()).encode(), dtype=np.uint8)
        arrays[f"{name}.idf"] = vectorizer.idf_.astype(np.float32)
    for name, head in model.heads.items():
        arrays[f"{name}.weights"], arrays[f"{name}.bias"] = head.weights.astype(np.float16), head.bias
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy types **kwds as bool


@functools.lru_cache(maxsize=2)
def load(path: Path) -> Baseline:
    """Read what `save` wrote. Raises ModelError."""
    try:
        arrays = dict(np.load(path, allow_pickle=False))
    except (OSError, ValueError) as err:
        raise ModelError(f"{path}: not a baseline model ({err}). Make it with `zingonia train --baseline`.") from err
    heads = {
        name: Head(arrays[f"{name}.weights"].astype(np.float64), arrays[f"{name}.bias"])
        for name in ("relevance", "sentiment", "topics", "stigma")
    }
    words = _vectorizer(arrays, "words", ngram_range=(1, 2))
    letters = _vectorizer(arrays, "letters", analyzer="char_wb", ngram_range=(3, 5))
    titles = _vectorizer(arrays, "titles", analyzer="char_wb", ngram_range=(3, 5)) if "titles.idf" in arrays else None
    names = Names.parse(json.loads(str(arrays["names"]))) if "names" in arrays else None
    return Baseline(words, letters, heads, str(arrays["version"]), titles, names)


def _vectorizer(arrays: dict[str, NDArray[np.generic]], name: str, **settings: object) -> TfidfVectorizer:
    terms = arrays[f"{name}.terms"].tobytes().decode().split("\n")
    made = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, vocabulary=terms, **settings)
    made.idf_ = arrays[f"{name}.idf"]
    return made

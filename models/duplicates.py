"""Near-duplicates among coded articles: what must not stand twice in the training data, nor in what judges it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from models.coded import Coded

ALIKE = 0.5
"""Cosine of letter 5-grams. Measured: no training article reaches .40 with a gold one; the four pairs of training
articles above .50 were second tellings of one event, and were dropped."""


def near(articles: Sequence[Coded], others: Sequence[Coded] | None = None) -> list[tuple[str, str, float]]:
    """Pairs (id, id, likeness) within `articles`, or between them and `others`, the most alike first."""
    texts = [f"{a.title}\n{a.text}" for a in articles]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(5, 5), sublinear_tf=True)
    if others is None:
        left = vectorizer.fit_transform(texts)
        right, names = left, [a.id for a in articles]
    else:
        vectorizer.fit(texts + [f"{a.title}\n{a.text}" for a in others])
        left, right = vectorizer.transform(texts), vectorizer.transform(f"{a.title}\n{a.text}" for a in others)
        names = [a.id for a in others]
    likeness = (left @ right.T).tocoo()
    keep = likeness.data >= ALIKE
    if others is None:
        keep &= likeness.row < likeness.col
    order = np.argsort(-likeness.data[keep])
    rows, columns, data = likeness.row[keep][order], likeness.col[keep][order], likeness.data[keep][order]
    return [(articles[r].id, names[c], float(v)) for r, c, v in zip(rows, columns, data, strict=True)]

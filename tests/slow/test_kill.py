"""kill -9 at random moments: the next full run makes the rows of an undisturbed one."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.test_flows import snapshot

KILLS = 10


def start(db: Path) -> subprocess.Popen[bytes]:
    """The main job on the bundled press, as a process that can be killed."""
    arguments = [sys.executable, "-m", "flows", "run", "--sample", "--plain", "--db", str(db)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_ten_kills_change_nothing(sampled: Path, tmp_path: Path) -> None:
    """Moments are drawn over the time that the undisturbed run takes, start-up included."""
    began = time.monotonic()
    assert start(tmp_path / "timed.db").wait() == 0
    whole = time.monotonic() - began
    db = tmp_path / "killed" / "sample.db"
    draw = random.Random(20261116)  # noqa: S311  # moments, not secrets
    killed = 0
    for _ in range(KILLS):
        run = start(db)
        time.sleep(draw.uniform(0.05, 0.5) * whole)
        if run.poll() is None:
            run.kill()
            killed += 1
        run.wait()
    assert killed >= KILLS // 2
    assert start(db).wait() == 0
    assert snapshot(db) == snapshot(sampled)
    shutil.rmtree(db.parent)

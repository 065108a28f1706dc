"""The digest in a real browser, as wide as a phone and a desk, light and dark."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flows import publish
from flows.job import opened
from flows.pipeline import SAMPLE_NOW
from tests.conftest import ROOT

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PICTURES = ROOT / "artifacts"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars"]  # fmt: skip

if BROWSER is None and not os.environ.get("CI"):
    pytest.skip("no Chromium here: .ci/slow installs it", allow_module_level=True)


def browse(*arguments: str) -> str:
    """What headless Chromium prints."""
    assert BROWSER, "Chromium is missing: .ci/slow installs it"
    done = subprocess.run([BROWSER, *FLAGS, *arguments], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.parametrize("week", ["2026-W08", "2026-W37", "2026-W46"])
def test_the_digest_opens_and_fits(sampled: Path, tmp_path: Path, week: str) -> None:
    """Pictures are kept in artifacts/ to be looked at; the page is no wider than a phone."""
    with opened(ROOT / "territories" / "zingonia", sampled, now=SAMPLE_NOW) as job:
        page = publish.write_files(job, publish.digest_of(job, week), tmp_path)
    PICTURES.mkdir(exist_ok=True)
    for name, width, dark in (("phone", 390, False), ("desk", 1200, False), ("desk-dark", 1200, True)):
        picture = PICTURES / f"digest-{week}-{name}.png"
        picture.unlink(missing_ok=True)
        flags = ["--force-dark-mode", "--enable-features=WebContentsForceDark"] if dark else []
        browse(
            f"--user-data-dir={tmp_path / name}", f"--window-size={width},1800", f"--screenshot={picture}", *flags,
            page.as_uri(),
        )  # fmt: skip
        assert picture.stat().st_size > 10_000
    probe = page.with_name("probe.html")
    script = "<script>document.title = document.documentElement.scrollWidth</script></body>"
    probe.write_text(page.read_text(encoding="utf-8").replace("</body>", script), encoding="utf-8")
    seen = browse(f"--user-data-dir={tmp_path / 'probe'}", "--window-size=500,900", "--dump-dom", probe.as_uri())
    assert int(seen.split("<title>")[1].split("</title>")[0]) <= 500

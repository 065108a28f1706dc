"""Prefect without a network: set before it is imported, an operator's own settings win."""

from __future__ import annotations

import os
from pathlib import Path

# Each is a call to the outside, or load on the embedded database, that one machine does not need (measured,
# Prefect 3.8.8): telemetry, event triggers, event storage, event streaming; and a start-up that may take 18 s.
_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}


def offline(home: Path) -> None:
    """Keep Prefect's own state under `home`, and keep it from calling out."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(home.absolute()))
    home.mkdir(parents=True, exist_ok=True)  # without it Prefect's server dies and is started again until time is out

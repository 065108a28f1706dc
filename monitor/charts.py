"""Pictures of a series, drawn by matplotlib without a display."""

from __future__ import annotations

import io
from collections.abc import Sequence

from monitor.types import Point

INK, SOFT, BAND = "#1d2327", "#59636b", "#c9d3da"


def trend_svg(points: Sequence[Point]) -> str:
    """The index week by week with its 90 % interval, as an <svg> element; weeks with too few stories are hollow."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "zingonia", "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(7.0, 2.8), layout="constrained")
        axes = figure.add_subplot()
        x = list(range(len(points)))
        axes.fill_between(x, [p.low for p in points], [p.high for p in points], color=BAND, linewidth=0)
        axes.plot(x, [p.value for p in points], color=INK, linewidth=1.2)
        for full, face in ((True, INK), (False, "white")):
            chosen = [i for i, p in enumerate(points) if p.enough == full]
            y = [points[i].value for i in chosen]
            axes.plot(chosen, y, "o", markersize=3.4, markerfacecolor=face, markeredgecolor=INK, linestyle="none")
        ticks = [i for i in x if (len(points) - 1 - i) % 8 == 0]
        axes.set_xticks(ticks, [_label(points[i].week) for i in ticks], fontsize=8, color=SOFT)
        axes.set_ylim(0, 100)
        axes.tick_params(axis="y", labelsize=8, labelcolor=SOFT)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(
            "Indice di cattiva reputazione, con l'intervallo al 90% (vuoti: troppo poche storie)",
            fontsize=8.5, color=SOFT, loc="left",
        )  # fmt: skip
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    document = out.getvalue()
    return document[document.index("<svg") :]  # the element alone, to stand inside a page


def _label(week: str) -> str:
    """ "sett. 46" over "2026"."""
    year, number = week.split("-W")
    return f"sett. {int(number)}\n{year}"

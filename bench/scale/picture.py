"""Processor time and memory over rows, both by powers of ten."""

from pathlib import Path

import altair as alt
import polars as pl
import vl_convert
from bench.scale.records import Records

OUT = Path(__file__).parents[2] / "docs" / "scale.svg"
_MIB = 2**20


def draw(records: Records, out: Path = OUT) -> None:
    """Draw a panel for the processor time and one for the memory of the busiest worker."""
    rows = pl.DataFrame(
        [
            {
                "rows": run.rows,
                "seconds": run.cpu_seconds,
                "MiB": max(run.worker_bytes, default=run.command_bytes) / _MIB,
                "stage": run.stage,
                "engine": run.engine,
            }
            for run in records.runs
        ]
    )
    across = alt.Scale(type="log", nice=False, padding=12)
    dashes = alt.Scale(domain=["dask", "local"], range=[[1, 0], [4, 3]])
    base = alt.Chart(alt.Data(values=rows.to_dicts())).encode(
        x=alt.X("rows:Q", scale=across, title="rows").axis(format="~s"),
        color=alt.Color("stage:N", title=None, scale=alt.Scale(scheme="dark2")),
        strokeDash=alt.StrokeDash("engine:N", legend=None, scale=dashes),
    )
    panels = [
        base.mark_line(point=True)
        .encode(y=alt.Y(f"{name}:Q", scale=alt.Scale(type="log"), title=None))
        .properties(width=320, height=240, title=title)
        for name, title in (
            ("seconds", "Seconds of processors (dashed: in one process)"),
            ("MiB", "Peak MiB of the busiest worker (dashed: one process)"),
        )
    ]
    chart = alt.hconcat(*panels).configure(background="white")
    out.write_text(vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[]), "utf-8")

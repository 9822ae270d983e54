"""Whether a window of rows still looks like the baseline, and how sure that is.

`check.drift_findings` is what a monitor calls; `violations.drift_violations` writes its answer in
the form of Model Monitor. The parts: `distances` between two tables of weighted values or counts,
`sampling` for what luck alone makes of them, `columns` for one column at a time, `scores` and
`joint` for how columns hang together.
"""

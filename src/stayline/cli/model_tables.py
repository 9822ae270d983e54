"""What a package accounts for, as tables: figures, gates, the price of protection."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stayline.cli.terminal import say, show_table

if TYPE_CHECKING:
    from stayline.formats.model_archive import Manifest

_FIGURES = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "recall_at_precision": "recall at precision {precision:.2f}",
    "brier": "Brier",
    "brier_skill": "Brier skill",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "precision_at_alert": "precision at the alert threshold",
    "recall_at_alert": "recall at the alert threshold",
    "share_alerted": "share alerted",
}


def estimate_text(estimate: Mapping[str, float]) -> str:
    """Return a figure with its interval."""
    return "{value:.3f} ({low:.3f} to {high:.3f})".format_map(estimate)


def show_figures(manifest: "Manifest") -> None:
    """Print every figure of each evaluation side by side, then the later rows by year."""
    evaluations = manifest.evaluations
    headers = (
        "figure (95 % interval)",
        *(f"{e['measured_on']}, n = {e['n']:,}" for e in evaluations),
    )
    rows = [
        (words.format_map(evaluations[0]), *(estimate_text(e[name]) for e in evaluations))
        for name, words in _FIGURES.items()
    ]
    rows += [
        (f"lift, {share}", *(estimate_text(e["lift"][share]) for e in evaluations))
        for share in evaluations[0]["lift"]
    ]
    show_table(headers, rows)
    if manifest.periods:
        show_table(
            ("later rows of", "n", "left", "ROC AUC"),
            [
                (p["period"], p["n"], p["positives"], estimate_text(p["roc_auc"]))
                for p in manifest.periods
            ],
        )


def show_gates(gates: Sequence[Mapping[str, Any]]) -> None:
    """Print each gate's verdict and its reason."""
    from stayline.modelling.gating.verdict_words import verdict_words

    if gates:
        show_table(
            ("gate", "of", "verdict", "because"),
            [
                (
                    g["name"],
                    g["subject"],
                    verdict_words(
                        g["verdict"],
                        is_blocking=g["is_blocking"],
                        waived_by=g["waiver"]["filed_by"] if g["waiver"] else "",
                    ),
                    g["reason"],
                )
                for g in gates
            ],
        )


def show_price(manifest: "Manifest") -> None:
    """Print how the same trees rank with and without protected attributes."""
    priced = manifest.protection_price
    if not priced:
        return
    say("The price of leaving protected attributes out (ROC AUC of the same trees):")
    years = [period["period"] for period in priced[0]["tried"]["periods"]]
    show_table(
        ("inputs", "in use", priced[0]["tried"]["measured_on"], *years),
        [
            (
                p["inputs"],
                "yes" if p["is_in_use"] else "",
                estimate_text(p["tried"]["roc_auc"]),
                *(estimate_text(period["roc_auc"]) for period in p["tried"]["periods"]),
            )
            for p in priced
        ],
    )

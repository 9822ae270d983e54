"""Every column of the state database that names people and may change takes new tokens."""

import sqlalchemy as sa

from stayline.adapters.embedded.answer_tables import answered_people
from stayline.adapters.embedded.outcome_tables import person_outcomes
from stayline.adapters.embedded.register_tables import register_entries
from stayline.adapters.embedded.tables import decisions, opt_outs, scores, scoring_runs
from stayline.adapters.embedded.token_tables import token_aliases

RENAMED = (
    decisions.c.token,
    scores.c.token,
    answered_people.c.token,
    person_outcomes.c.token,
    register_entries.c.subject,
)


def rename_everything(connection: sa.Connection) -> None:
    """Put the token that stands in the place of every alias; once done, it changes nothing.

    Opt-outs are not renamed: they stand under all tokens of a person. A score that was kept for
    somebody who opted out in that moment goes.
    """
    newer = sa.select(token_aliases.c.token)
    content = register_entries.c.content
    for column in RENAMED:
        current = newer.where(token_aliases.c.alias == column).scalar_subquery()
        values: dict[str, sa.ColumnElement[str]] = {column.name: current}
        if column is register_entries.c.subject:  # the record says whom it is about, too
            values[content.name] = sa.func.replace(content, column, current)
        is_old = column.in_(sa.select(token_aliases.c.alias))
        change = sa.update(column.table).where(is_old).values(values)
        connection.execute(change.prefix_with("OR REPLACE"))
    barred = sa.select(opt_outs.c.token).where(opt_outs.c.until.is_(None))
    connection.execute(sa.delete(scores).where(scores.c.token.in_(barred)))


def begin_runs_anew(connection: sa.Connection) -> None:
    """Let a run over everyone that was cut off begin anew: it goes by the order of tokens."""
    anew = {"after": "", "by_band": "{}", "opted_out": 0, "gone": 0}
    is_cut_off = scoring_runs.c.ended_at.is_(None)
    connection.execute(sa.update(scoring_runs).where(is_cut_off).values(anew))

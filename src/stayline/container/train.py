"""Labelled rows in, a calibrated model out: one process that is given nothing else.

Where it is told of a cluster, that one's workers fit the trees.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from stayline.container.files import ROWS, TREATED, read_frame, read_schema, unseen_bytes
from stayline.container.platform import Platform, number, say, whole_number
from stayline.errors import ProgramInputRefused
from stayline.formats.frozen_inputs import SCHEMA
from stayline.formats.model_archive import MANIFEST_FILE, MODEL_FILE, UNSEEN_FILE
from stayline.modelling.dataset import training_set
from stayline.modelling.fitting import Fitting, fitting_here
from stayline.modelling.packaging import draft, trees
from stayline.modelling.training import TrainingOptions, train
from stayline.modelling.treatment import TreatedAccount
from stayline.pipeline.jobs import SCHEDULER


def run(platform: Platform) -> None:
    """Write the trees, the draft of the manifest, and what the model says out of fold.

    Hyperparameters, all texts: ``seed``, ``trials``, ``time_limit_s``. Option: ``SCHEDULER``, the
    address of a Dask scheduler.
    """
    options = _options(platform)
    schema = read_schema(platform.channel("train", SCHEMA))
    rows = training_set(read_frame(platform.channel("train", ROWS)), schema)
    with _fitting(platform) as fitting:
        model = train(rows, schema, options=options, progress=_tell, fitting=fitting)
    found, chosen = model.search, model.search.chosen
    say(
        f"{len(found.candidates)} candidates in {found.seconds:.0f} s; chosen: {chosen.rounds} "
        f"trees of depth {chosen.depth}."
    )
    folder = platform.model()
    (folder / MANIFEST_FILE).parent.mkdir(exist_ok=True)
    (folder / MODEL_FILE).write_bytes(trees(model))
    (folder / MANIFEST_FILE).write_bytes(
        msgspec.json.encode(draft(model, schema, _treated(platform)))
    )
    (folder / UNSEEN_FILE).write_bytes(unseen_bytes(model.unseen_risk))


@contextmanager
def _fitting(platform: Platform) -> Iterator[Fitting]:
    scheduler = platform.environment.get(SCHEDULER)
    if not scheduler:
        yield fitting_here
        return
    from stayline.adapters.dask.cluster import connected
    from stayline.modelling.cluster_fitting import ClusterFitting

    with connected(scheduler) as cluster:
        say(f"{len(cluster.client.nthreads())} workers fit the trees.")
        yield ClusterFitting(cluster.client)


def _options(platform: Platform) -> TrainingOptions:
    given = platform.hyperparameters()
    options = TrainingOptions(
        whole_number(given, "seed"), whole_number(given, "trials"), number(given, "time_limit_s")
    )
    if options.seed < 0 or options.trials < 1 or not options.time_limit_s > 0:
        raise ProgramInputRefused(
            "hyperparameters", "seed 0 or more, trials 1 or more, time_limit_s above 0"
        )
    return options


def _treated(platform: Platform) -> TreatedAccount | None:
    told = platform.optional_channel("train", TREATED)
    if told is None:
        return None
    try:
        return msgspec.json.decode(told.read_bytes(), type=TreatedAccount)
    except msgspec.MsgspecError as error:
        raise ProgramInputRefused(TREATED, f"the account of treated people ({error})") from error


def _tell(what: str, done: int, total: int) -> None:
    say(f"{what}: {done} of {total}" if total > 1 else f"{what} ...")

"""One Processing or Training step: its former outputs if they will do, else attempts at the job."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from stayline.adapters.embedded.pipeline.attempt import Attempt
from stayline.adapters.embedded.pipeline.cache import cache_key
from stayline.adapters.embedded.pipeline.faults import StepFault, system_faults
from stayline.adapters.embedded.pipeline.files import PipelineFiles, object_path
from stayline.adapters.embedded.pipeline.jobs import Job, processing_job, training_job
from stayline.adapters.embedded.pipeline.outputs import FormerStep, KeptOutput
from stayline.adapters.embedded.pipeline.settings import Retries, step_settings
from stayline.adapters.embedded.pipeline.trees import Tree, keep_tree, remove
from stayline.adapters.embedded.pipeline.workshop import Workshop
from stayline.domain.pipeline_execution import StepEvent, StepExecution, StepStatus

JOBS: Mapping[str, Callable[[str, Mapping[str, object]], Job]] = {
    "Processing": processing_job,
    "Training": training_job,
}


class JobStep:
    """Runs one step of one execution, and writes down what becomes of it."""

    def __init__(
        self,
        workshop: Workshop,
        execution_id: str,
        step: Mapping[str, object],
        *,
        files: PipelineFiles,
        code: str,
        follow: Callable[[StepEvent], None],
    ) -> None:
        self._workshop = workshop
        self._execution_id = execution_id
        self._settings = step_settings(step)
        self._files = files
        self._code = code
        self._follow = follow

    def run(self, job: Job, begun: StepExecution, arguments: Mapping[str, object]) -> StepExecution:
        """Return the step as it succeeded; raises `StepFault`."""
        inputs = {place.name: self._input(place.uri) for place in job.inputs}
        digests = {name: tree.digest for name, tree in inputs.items()}
        begun = replace(begun, inputs=digests)
        key = cache_key(begun.name, begun.type, arguments, inputs=digests, code=self._code)
        if self._settings.cache_config.enabled:
            used_again = self._used_again(begun, job, key)
            if used_again is not None:
                return used_again
        return self._ran(begun, job, inputs, key)

    def _input(self, uri: str) -> Tree:
        tree = self._files.tree(uri)
        if tree is None:
            raise StepFault(
                f"nothing whole is kept at its input {uri!r}.",
                "Run `stayline train` again: finished steps come from the cache, the rest is "
                "made or frozen anew.",
            )
        return tree

    def _used_again(self, begun: StepExecution, job: Job, key: str) -> StepExecution | None:
        """Return the step with the outputs of a former one, if those are whole and not too old.

        They are found at this execution's URIs, too, since a later step may spell these out.
        """
        now, workshop = self._workshop.clock.now(), self._workshop
        with workshop.locks.reading():
            for former in workshop.outputs.former(key):
                expires_at = former.ended_at + self._settings.cache_config.kept
                if expires_at <= now or not workshop.has_whole(o.digest for o in former.outputs):
                    continue
                done = replace(
                    begun,
                    status=StepStatus.SUCCEEDED,
                    ended_at=now,
                    cached_from=former.execution_id,
                    properties=former.properties,
                )
                return self._kept(done, _also_here(former, job), key)
        return None

    def _ran(
        self, begun: StepExecution, job: Job, inputs: Mapping[str, Tree], key: str
    ) -> StepExecution:
        workshop = self._workshop
        retries = Retries(self._settings.retry_policies, began=begun.started_at)
        while True:
            begun = replace(begun, attempts=begun.attempts + 1)
            workshop.records.put_step(self._execution_id, begun)
            self._follow(StepEvent(begun.name, begun.status))
            try:
                return self._attempted(begun, job, inputs, key)
            except StepFault as fault:
                pause = retries.pause(fault, at=workshop.clock.now())
                if pause is None:
                    raise
                again = f"{fault.cause} Trying again in {pause:g} s."
                self._follow(StepEvent(begun.name, StepStatus.EXECUTING, again))
                workshop.wait(pause)

    def _attempted(
        self, begun: StepExecution, job: Job, inputs: Mapping[str, Tree], key: str
    ) -> StepExecution:
        workshop = self._workshop
        folder = workshop.work / self._execution_id / begun.name
        log = workshop.log(self._execution_id, begun.name)

        def tell(line: str) -> None:
            self._follow(StepEvent(begun.name, StepStatus.EXECUTING, line))

        try:
            written = Attempt(job, inputs, folder, log).run(tell)
            done = replace(
                begun,
                status=StepStatus.SUCCEEDED,
                ended_at=workshop.clock.now(),
                properties=job.properties,
            )
            with workshop.locks.reading():
                return self._kept(done, self._moved(written, job), key)
        finally:
            remove(folder)

    def _moved(self, written: Mapping[str, Tree], job: Job) -> tuple[KeptOutput, ...]:
        workshop = self._workshop
        expires_at = workshop.clock.now() + self._settings.cache_config.kept
        with system_faults("keeping its outputs"):
            for tree in written.values():
                keep_tree(tree, object_path(workshop.objects, tree.digest))
        return tuple(
            KeptOutput(place.uri, place.name, written[place.name].digest, expires_at)
            for place in job.outputs
        )

    def _kept(
        self, done: StepExecution, outputs: tuple[KeptOutput, ...], key: str
    ) -> StepExecution:
        is_reusable = self._settings.cache_config.enabled
        self._workshop.records.put_step(
            self._execution_id, done, cache_key=key if is_reusable else None, outputs=outputs
        )
        self._files.add({output.uri: output.digest for output in outputs})
        return replace(done, outputs={output.name: output.digest for output in outputs})


def _also_here(former: FormerStep, job: Job) -> tuple[KeptOutput, ...]:
    own = {place.name: place.uri for place in job.outputs}
    here = [replace(output, uri=own[output.name]) for output in former.outputs]
    return tuple({output.uri: output for output in (*former.outputs, *here)}.values())

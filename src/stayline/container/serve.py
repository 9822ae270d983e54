"""The model in ``/opt/ml/model`` behind SageMaker's container contract, until SIGTERM.

A worker process per core answers. ``SAGEMAKER_BIND_TO_PORT`` (8080),
``SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT``, ``SAGEMAKER_INFERENCE_OUTPUT`` and ``MAX_CONTENT_LENGTH``
mean what they mean in SageMaker's own container; a home that is mounted (``STAYLINE_HOME``) lends
its features to rows that only name a person, and its opt-outs.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from stayline.adapters.embedded.clock import SystemClock
from stayline.container.model_server import LARGEST_BODY, ModelServer
from stayline.container.people import people
from stayline.container.platform import Platform, say, whole_number
from stayline.errors import StaylineError
from stayline.formats.container_variables import container_variables
from stayline.formats.model_archive import read_unpacked
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.predictor import Predictor
from stayline.settings import Settings
from stayline.web.lifeline import Lifeline
from stayline.web.listening import listener
from stayline.web.plain_app import PlainApp
from stayline.web.scaling import Scaling
from stayline.web.serving import serve
from stayline.web.supervisor import supervise

PORT = "SAGEMAKER_BIND_TO_PORT"
LARGEST = "MAX_CONTENT_LENGTH"


def run(platform: Platform) -> None:
    """Serve until told to stop; raises what is wrong with the model before anything is answered."""
    model_server(platform)
    environment = platform.environment
    port = whole_number(environment, PORT) if environment.get(PORT) else 8080
    listening = listener(Settings(host=environment.get("STAYLINE_HOST") or "0.0.0.0", port=port))  # noqa: S104  (the platform reaches a container from outside)
    workers = os.cpu_count() or 1
    program = [sys.executable, "-m", "stayline.container.serve"]
    supervise(
        program, listening, Scaling(workers, workers), on_ready=lambda url: say(f"Serving at {url}")
    )


def model_server(platform: Platform) -> ModelServer:
    """Return the server of the platform's model; raises `PackageRefused` and `SettingRefused`."""
    archive = read_unpacked(platform.root / "model")
    environment = platform.environment
    return ModelServer(
        predictor=Predictor.from_archive(archive),
        digest=archive.digest,
        schema=parse_schema(archive.manifest.schema_toml, "the package"),
        people=people(environment),
        variables=container_variables(environment),
        clock=SystemClock(),
        largest_body=_largest_body(environment),
    )


def _largest_body(environment: Mapping[str, str]) -> int:
    return whole_number(environment, LARGEST) if environment.get(LARGEST) else LARGEST_BODY


def main(descriptors: Sequence[str]) -> int:
    """Answer in this worker process."""
    lifeline = Lifeline.handed(descriptors)
    try:
        server = model_server(Platform.here(os.environ))
    except StaylineError as error:
        say(str(error))
        return 1
    app = PlainApp(server.answer, server.largest_body)
    serve(
        app,
        lifeline.listening,
        on_ready=lifeline.tell_ready,
        lane=server,
        on_beat=lifeline.beat,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Inputs of pipelines in S3 by their contents, held while somebody needs them."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.pipeline.files import PipelineFiles
from stayline.adapters.aws.pipeline.places import PROTECTED, STAGED
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.objects.bucket import Bucket
from stayline.formats.file_trees import content_digest, is_within, tree_digest
from stayline.ports.clock import Clock

_BOOK = "staged"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_WHAT = "the pipeline's inputs"
_HELD_FOR: Mapping[bool, timedelta] = {True: timedelta(hours=1), False: timedelta(days=1)}
"""How long the word of whoever staged is good for, by whether it was protected attributes."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """Somebody's word that they need an input."""

    uri: str
    at: datetime


class StagedInputs:
    """Keeps files under ``staged/<name>/<sha256>/``, and a word of each who needs them.

    The word is there before the files, and goes before they do. Whoever stages the very same
    contents in the moment in which the last other one lets go may find them gone: the execution
    then fails at its first step, and can be started again.
    """

    CALLS = PipelineFiles.CALLS | {
        "dynamodb.batch_write_item",
        "dynamodb.put_item",
        "dynamodb.query",
        "s3.put_object",
    }

    def __init__(self, clients: Clients, files: PipelineFiles, clock: Clock) -> None:
        self._clients = clients
        self._files = files
        self._clock = clock
        self._holds = Table(clients, clients.resources.state_table, _Hold, _WHAT)
        self._mine = defaultdict[str, list[str]](list)

    def stage(self, name: str, files: Mapping[str, bytes | Path]) -> str:
        """Keep the files and return their URI."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for an input: use a-z, 0-9 and -")
        contents = {
            path: content if isinstance(content, bytes) else content.read_bytes()
            for path, content in sorted(files.items())
        }
        for path in contents:
            if not is_within(path):
                raise ValueError(f"{path!r} is no path within an input")
        digest = tree_digest({path: content_digest(body) for path, body in contents.items()})
        uri = f"{STAGED}{name}/{digest.removeprefix('sha256:')}"
        place = f"{uri}#{uuid4().hex}"
        self._holds.put(Item(_BOOK, place, _Hold(uri, self._clock.now())))
        self._mine[uri].append(place)
        self._keep(uri, contents)
        return uri

    def unstage(self, uri: str) -> None:
        """Let go of an input, and remove it unless somebody else needs it."""
        if self._mine[uri]:
            self._holds.remove_all([(_BOOK, self._mine[uri].pop())])
        if not any(self._holds.query(_BOOK, first=f"{uri}#", last=f"{uri}#~")):
            self._files.remove(uri)

    def sweep(self, needed: Collection[str], *, at: datetime) -> int:
        """Remove what no execution needs and nobody lately said to need; return how many."""
        holds = defaultdict[str, list[Item[_Hold]]](list)
        for item in self._holds.query(_BOOK):
            holds[item.value.uri].append(item)
        gone = 0
        for uri, held in holds.items():
            lasts = _HELD_FOR[uri.startswith(PROTECTED)]
            is_held = any(at - item.value.at < lasts for item in held)
            if uri in needed or is_held:
                continue
            self._files.remove(uri)
            gone += 1
            self._holds.remove_all([(item.partition, item.place) for item in held])
        return gone

    def _keep(self, uri: str, contents: Mapping[str, bytes]) -> None:
        found = self._files.places.bucket_of(uri)
        if found is None:
            raise ValueError(f"{uri!r} is no URI of a staged input")
        bucket = Bucket(self._clients, found[0], _WHAT)
        for path, body in contents.items():
            bucket.put(f"{found[1]}/{path}", body)

"""Stayline: attrition risk that a person can act on and account for. A tour of the house.

A request for a score comes in at `stayline.web` (or `stayline.cli`), which knows words and wires
but no rules. It calls one function in `stayline.usecases`; start with ``score_employee``. A use
case says what happens, in order, with keyword-only ports: it never knows whether features live in
SQLite or in the cloud. The ports are Protocols in `stayline.ports`; `stayline.adapters` keeps their
promises with real technology; `stayline.bootstrap` is the one place that plugs them together.

What is true without any technology is in `stayline.domain`: who may approve a model, what counts as
a reason, which columns never become model inputs. What the data says and the model learns is in
`stayline.modelling`: frames in, values out. Files that leave the house have their forms in
`stayline.formats`, pages and pictures in `stayline.reports`. `stayline.samples` makes a workforce
whose true risks are known.

Training is a pipeline: `stayline.pipeline` builds and checks its definition, in SageMaker's form;
the programs it names are in `stayline.container`, one file each, and are given folders, never
ports; ``adapters/embedded/pipeline_runner`` executes that very definition on this machine. Start
with ``usecases/train_model``.

Serving is `stayline.web`: a parent (``supervisor``) keeps worker processes (``worker``) answering;
``fast_lane`` answers short requests where they are parsed, ``runtime`` speaks SageMaker's
protocols. A new version comes in step by step: ``usecases/deploy_model``.

Imports point down: cli and container, web, bootstrap, settings, adapters and usecases, pipeline,
reports and samples, modelling, formats and ports, domain, errors. `make check` holds it so.
"""

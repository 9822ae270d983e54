"""Stayline: attrition risk that a person can act on and account for. A tour of the house.

A request for a score comes in at `stayline.web` (or `stayline.cli`), which knows words and wires
but no rules. It calls one function in `stayline.usecases`; start with ``score_employee``. A use
case says what happens, in order, with keyword-only ports: it never knows whether features live in
SQLite or in the cloud. The ports are Protocols in `stayline.ports`; `stayline.adapters` keeps their
promises with real technology; `stayline.bootstrap` is the one place that plugs them together.

What is true without any technology is in `stayline.domain`: who may approve a model, what counts as
a reason, which columns never become model inputs. What the data says and the model learns is in
`stayline.modelling`: frames in, values out. Files that leave the house have their forms in
`stayline.formats`. `stayline.samples` makes a workforce whose true risks are known.

Imports point down: cli, web, bootstrap, settings, adapters and usecases, samples, modelling,
formats and ports, domain, errors. `make check` holds it so.
"""

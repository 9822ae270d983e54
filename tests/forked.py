"""Processes that begin at once: what takes long to import is imported once, before they fork.

They fork from a server that only imports, so they share no store, thread or lock with the tests.
Such a process leaves out what programs do at exit.
"""

import multiprocessing

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["stayline.bootstrap", "stayline.modelling.training"])

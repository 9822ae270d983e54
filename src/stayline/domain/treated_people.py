"""What training does about people who got a retention action after their snapshot."""

from enum import StrEnum


class TreatedPolicy(StrEnum):
    """Who got an action and stayed may have stayed because of it; that is no plain "stayed".

    ``KEEP`` learns from them as from everybody: the risk is then the one under what is being done.
    ``EXCLUDE`` leaves their rows out. ``REWEIGH`` leaves them out, too, and lets the untreated who
    are most like them stand for them.
    """

    KEEP = "keep"
    EXCLUDE = "exclude"
    REWEIGH = "reweigh"

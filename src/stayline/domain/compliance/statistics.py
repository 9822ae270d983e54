"""The little statistics that controls need, in plain Python."""

from math import sqrt

Z95 = 1.959963984540054


def wilson(successes: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's interval of a share; everything is possible of nothing.

    >>> [round(bound, 3) for bound in wilson(0, 35)], wilson(0, 0)
    ([0.0, 0.099], (0.0, 1.0))
    """
    if n == 0:
        return 0.0, 1.0
    share, spread = successes / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def lowest_difference(successes: int, n: int, other_successes: int, other_n: int) -> float:
    """Return the lower end of Newcombe's interval of one share less another; -1 of nothing.

    >>> lowest_difference(0, 0, 5, 10), lowest_difference(9, 10, 5, 100) > 0
    (-1.0, True)
    """
    if not n or not other_n:
        return -1.0
    share, other = successes / n, other_successes / other_n
    low, _ = wilson(successes, n)
    _, high = wilson(other_successes, other_n)
    return share - other - sqrt((share - low) ** 2 + (high - other) ** 2)

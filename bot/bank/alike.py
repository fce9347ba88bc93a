"""Texts that say nearly the same, found among many without comparing each with each.

A text is its set of stems, and two are as alike as the share of their stems that they have in common (Jaccard). Sets that are alike enough must share
one of their rarest stems, so that only those which do are compared: Bayardo, Ma and Srikant, Scaling Up All Pairs Similarity Search, WWW 2007.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bot.matching.words import stems


def alike(texts: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    """Pairs of places in `texts`, the earlier first, that have at least the share `least` (over 0, up to 1) of their stems in common."""
    sets = [stems(text) for text in texts]
    often = Counter(stem for each in sets for stem in each)
    seen_with: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(sets):
        rarest_first = sorted(each, key=lambda stem: (often[stem], stem))
        rare = rarest_first[: len(each) - math.ceil(least * len(each)) + 1]
        for earlier in sorted({found for stem in rare for found in seen_with[stem]}):
            if len(each & sets[earlier]) >= least * len(each | sets[earlier]):
                yield earlier, place
        for stem in rare:
            seen_with[stem].append(place)

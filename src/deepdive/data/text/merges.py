"""Learning which pairs of symbols to merge (byte-pair encoding; Sennrich et al., 2016)."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[str, str]


def learn_merges(words: Mapping[Sequence[str], int], merges: int, *, min_frequency: int = 2) -> list[Pair]:
    """The most frequent pair of neighbouring symbols becomes one symbol, again and again.

    Of pairs that are equally frequent, the first in the order of strings is taken. Only words that hold the merged
    pair are looked at, and only the counts of pairs beside it change, so a merge costs what it changes.

    Args:
        words: words as sequences of symbols, with their counts.
        merges: how many merges are learnt at most.
        min_frequency: learning ends when no pair occurs so often; overlaps, as in ``aaa``, count as they stand.

    Returns:
        The pairs in the order in which they were merged.

    """
    symbols = [list(word) for word in words]
    counts = list(words.values())
    frequency: Counter[Pair] = Counter()
    holders: defaultdict[Pair, set[int]] = defaultdict(set)  # a superset of the words that hold a pair
    for i, word in enumerate(symbols):
        for pair in pairwise(word):
            frequency[pair] += counts[i]
            holders[pair].add(i)
    # The heap may hold old counts of a pair; an entry is believed only if its count is still true.
    heap = [(-count, pair) for pair, count in frequency.items()]
    heapq.heapify(heap)
    learnt: list[Pair] = []
    while heap and len(learnt) < merges:
        count, pair = heapq.heappop(heap)
        if -count != frequency[pair]:
            continue
        if -count < min_frequency:
            break
        learnt.append(pair)
        changes: Counter[Pair] = Counter()
        for i in holders.pop(pair):
            before, after = symbols[i], merge_pair(symbols[i], pair)
            if len(after) == len(before):
                continue
            symbols[i] = after
            for old in pairwise(before):
                changes[old] -= counts[i]
            for new in pairwise(after):
                changes[new] += counts[i]
                holders[new].add(i)
        for changed, difference in changes.items():
            if difference:
                frequency[changed] += difference
                if frequency[changed]:
                    heapq.heappush(heap, (-frequency[changed], changed))
    return learnt


def merge_pair(symbols: list[str], pair: Pair) -> list[str]:
    """The symbols with every occurrence of the pair made one, from left to right."""
    first, second = pair
    merged: list[str] = []
    i, last = 0, len(symbols) - 1
    while i <= last:
        if symbols[i] == first and i < last and symbols[i + 1] == second:
            merged.append(first + second)
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged

"""Strongly connected components and a shortest way round, without recursion."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


def components(following: Sequence[Sequence[int]]) -> list[int]:
    """Number of the component of each node (Tarjan, 1972), in reverse topological order.

    Args:
        following: Successors of each node.
    """
    size = len(following)
    order = [-1] * size
    low = [0] * size
    component = [-1] * size
    stack: list[int] = []
    counter = found = 0
    for root in range(size):
        if order[root] >= 0:
            continue
        order[root] = low[root] = counter
        counter += 1
        stack.append(root)
        path = [(root, iter(following[root]))]
        while path:
            node, rest = path[-1]
            for further in rest:
                if order[further] < 0:
                    order[further] = low[further] = counter
                    counter += 1
                    stack.append(further)
                    path.append((further, iter(following[further])))
                    break
                if component[further] < 0 and order[further] < low[node]:
                    low[node] = order[further]
            else:
                path.pop()
                if path and low[node] < low[path[-1][0]]:
                    low[path[-1][0]] = low[node]
                if low[node] == order[node]:
                    while True:
                        member = stack.pop()
                        component[member] = found
                        if member == node:
                            break
                    found += 1
    return component


def way(following: Sequence[Sequence[int]], start: int, end: int) -> list[int]:
    """A shortest way from one node to another, both included; empty where there is none."""
    before = {start: start}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node == end:
            found = [node]
            while found[-1] != start:
                found.append(before[found[-1]])
            return found[::-1]
        for further in following[node]:
            if further not in before:
                before[further] = node
                waiting.append(further)
    return []

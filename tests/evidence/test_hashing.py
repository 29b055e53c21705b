"""Work in threads: it ends when one fails, when it is interrupted, and with every item done."""

from __future__ import annotations

import os
import threading

import pytest

from kfm_gates.evidence import hashing

ENDLESS = range(10**12)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> object:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_one_failure_ends_all_of_them(threads: int) -> None:
    def work(item: int, buffer: memoryview) -> None:
        if item == 100:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        hashing.in_parallel(ENDLESS, work, threads, 0)


def test_an_interrupt_of_the_caller_ends_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    join = threading.Thread.join
    interrupted: list[int] = []

    def interrupt(self: threading.Thread, timeout: float | None = None) -> None:
        if not interrupted:
            interrupted.append(1)
            raise KeyboardInterrupt
        join(self, timeout)

    monkeypatch.setattr(threading.Thread, "join", interrupt)
    with pytest.raises(KeyboardInterrupt):
        hashing.in_parallel(ENDLESS, lambda *_: None, 3, 0)


def test_a_thread_that_cannot_start_ends_those_that_could(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[int] = []

    def limited(self: threading.Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(1)
        start(self)

    monkeypatch.setattr(threading.Thread, "start", limited)
    with pytest.raises(RuntimeError, match="can't start"):
        hashing.in_parallel(ENDLESS, lambda *_: None, 4, 0)


@pytest.mark.parametrize("threads", [1, 2, 3, 50])
def test_each_item_is_done_once_with_a_buffer_of_its_thread(threads: int) -> None:
    done: list[int] = []
    buffers: dict[int, set[int]] = {}

    def work(item: int, buffer: memoryview) -> None:
        done.append(item)
        buffers.setdefault(threading.get_ident(), set()).add(id(buffer.obj))
        assert 1 <= len(buffer) <= hashing.BUFFER

    hashing.in_parallel(range(200), work, threads, 10**9)
    assert sorted(done) == list(range(200))
    assert all(len(ids) == 1 for ids in buffers.values())
    hashing.in_parallel([], work, threads, 0)
    hashing.in_parallel([1], work, None, 0)
    assert len(done) == 201


def test_a_buffer_is_no_larger_than_what_there_is_to_read() -> None:
    sizes: list[int] = []
    for total in (0, 1, 1000, 10**9):
        hashing.in_parallel([1], lambda _, buffer: sizes.append(len(buffer)), 1, total)
    # One byte more than the file, so that its end shows in the same read.
    assert sizes == [2, 2, 1001, hashing.BUFFER]


def test_processors_are_those_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 7, 9}, raising=False)
    assert hashing._processors() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert hashing._processors() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert hashing._processors() == 1

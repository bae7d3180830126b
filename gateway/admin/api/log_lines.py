"""The six logs as one: entries of the store and lines of the files, merged by time."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

from gateway.admin.house import House
from gateway.audit.files import FILE_KINDS
from gateway.audit.files_search import FileSearch
from gateway.audit.model import LogKind
from gateway.audit.search import MAX_LIMIT, LogLine, LogQuery, search

_TICK = timedelta(microseconds=1)


def kinds_of(query: LogQuery) -> tuple[list[LogKind], list[LogKind]]:
    """In the store, and in files."""
    wanted = list(query.kinds or LogKind)
    return (
        [kind for kind in wanted if kind not in FILE_KINDS],
        [kind for kind in wanted if kind in FILE_KINDS],
    )


async def find_lines(house: House, query: LogQuery) -> list[LogLine]:
    """Newest first, up to the query's limit."""
    stored, filed = kinds_of(query)
    found: list[Sequence[LogLine]] = []
    if stored:
        async with house.records.reading() as connection:
            page = await search(connection, replace(query, kinds=stored))
        found.append(page.lines)
    if filed:
        files = FileSearch(house.log_files, query, filed)
        found.append(await asyncio.to_thread(list, files))
    merged = heapq.merge(*found, key=lambda line: line.at, reverse=True)
    return list(merged)[: query.limit]


async def all_lines(house: House, query: LogQuery) -> AsyncIterator[Sequence[LogLine]]:
    """Everything a query finds, in portions, however much it is."""
    portion = replace(query, limit=MAX_LIMIT)
    while lines := await find_lines(house, portion):
        if len(lines) < MAX_LIMIT:
            yield lines
            return
        # The next portion begins at a whole instant, so that none of one instant is lost.
        last = lines[-1].at
        whole = [line for line in lines if line.at != last]
        if whole:
            yield whole
            portion = replace(portion, until=last + _TICK)
        else:
            yield lines
            portion = replace(portion, until=last)

"""The six logs as one: entries of the store and lines of the files, merged by time."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from gateway.audit.files import FILE_KINDS
from gateway.audit.files_search import FileSearch
from gateway.audit.model import LogKind
from gateway.audit.search import MAX_LIMIT, LogLine, LogQuery, search
from gateway.store.api import Records


@dataclass(frozen=True, slots=True)
class Logs:
    """Where they are kept: three in the store, three in the files of a folder."""

    records: Records
    folder: Path


async def find_lines(logs: Logs, query: LogQuery) -> tuple[list[LogLine], bool]:
    """Newest first, and whether there are more. All lines of one instant come together, so that
    the next page begins where this one ends (`until` its last line's time) and none is lost: there
    may be a few more than the query's limit."""
    found: list[LogLine] = []
    fetched = replace(query, limit=min(query.limit + 1, MAX_LIMIT))
    async with aclosing(_newest_first(logs, fetched)) as lines:
        async for line in lines:
            if len(found) >= query.limit and line.at != found[-1].at:
                return found, True
            found.append(line)
    return found, False


async def all_lines(logs: Logs, query: LogQuery) -> AsyncGenerator[Sequence[LogLine], None]:
    """Everything a query finds, in portions, however much it is."""
    portion: list[LogLine] = []
    async with aclosing(_newest_first(logs, replace(query, limit=MAX_LIMIT))) as lines:
        async for line in lines:
            portion.append(line)
            if len(portion) == MAX_LIMIT:
                yield portion
                portion = []
    if portion:
        yield portion


async def _newest_first(logs: Logs, query: LogQuery) -> AsyncGenerator[LogLine, None]:
    """Without an end of its own: the query's limit is how many are fetched at a time."""
    wanted = query.kinds or tuple(LogKind)
    stored = [kind for kind in wanted if kind not in FILE_KINDS]
    filed = [kind for kind in wanted if kind in FILE_KINDS]
    sources = []
    if stored:
        sources.append(_of_store(logs.records, replace(query, kinds=stored)))
    if filed:
        sources.append(_of_files(logs.folder, query, filed))
    try:
        waiting = {source: line for source in sources if (line := await anext(source, None))}
        while waiting:
            source, line = max(waiting.items(), key=lambda item: item[1].at)
            yield line
            following = await anext(source, None)
            if following is None:
                del waiting[source]
            else:
                waiting[source] = following
    finally:
        for source in sources:
            await source.aclose()


async def _of_store(records: Records, query: LogQuery) -> AsyncGenerator[LogLine, None]:
    """Each portion over a connection of its own: whoever reads slowly holds none."""
    following: LogQuery | None = query
    while following is not None:
        async with records.reading() as connection:
            page = await search(connection, following)
        for line in page.lines:
            yield line
        after = page.after_entry
        following = None if after is None else replace(query, after_entry=after)


async def _of_files(
    folder: Path, query: LogQuery, kinds: Sequence[LogKind]
) -> AsyncGenerator[LogLine, None]:
    """One walk through the files, from their end, in a thread."""
    files = iter(FileSearch(folder, replace(query, limit=sys.maxsize), kinds))
    while lines := await asyncio.to_thread(lambda: list(islice(files, query.limit))):
        for line in lines:
            yield line

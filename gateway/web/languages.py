"""Japanese or English: which the reader wants, and the words of each."""

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib.resources.abc import Traversable

from starlette.requests import Request

COOKIE = "genkan_language"


class Language(StrEnum):
    JA = "ja"
    EN = "en"


def choose_language(request: Request) -> Language:
    """What was asked for here (`ui_locales`, `lang`), then before, then by the browser."""
    query = request.query_params
    asked = query.get("lang") or query.get("ui_locales", "")
    remembered = request.cookies.get(COOKIE, "")
    for tags in (asked.split(), [remembered], accepted(request.headers.get("accept-language", ""))):
        for tag in tags:
            if (primary := tag.split("-")[0].lower()) in tuple(Language):
                return Language(primary)
    return Language.JA


def accepted(header: str) -> list[str]:
    """RFC 9110 §12.5.4, most wanted first; what cannot be read is wanted least."""

    def weight(part: str) -> float:
        _, _, quality = part.partition(";q=")
        try:
            return float(quality) if quality else 1.0
        except ValueError:
            return 0.0

    parts = [part.strip() for part in header[:200].split(",")]
    wanted = sorted((part for part in parts if weight(part) > 0), key=weight, reverse=True)
    return [part.partition(";")[0] for part in wanted]


class Texts:
    """The words of all rooms, by key. Both languages have the same keys, or there is no start."""

    def __init__(self, folders: Iterable[Traversable]) -> None:
        self._words: dict[Language, dict[str, str]] = {language: {} for language in Language}
        for folder in folders:
            for language, words in self._words.items():
                more = read_words(folder.joinpath(f"{language}.toml"))
                if words.keys() & more.keys():
                    raise ValueError(f"texts of two rooms: {sorted(words.keys() & more.keys())}")
                words.update(more)
        japanese, english = (set(self._words[language]) for language in Language)
        if japanese != english:
            raise ValueError(f"texts of one language only: {sorted(japanese ^ english)}")

    def say(self, language: Language, key: str, **values: object) -> str:
        """The words for a key, with `{names}` filled in. An unknown key raises KeyError."""
        text = self._words[language][key]
        return text.format(**values) if values else text


def read_words(file: Traversable) -> Mapping[str, str]:
    words: dict[str, str] = tomllib.loads(file.read_text("utf-8"))
    return words

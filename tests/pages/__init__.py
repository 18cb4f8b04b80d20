import json
import re
from urllib.parse import parse_qs

TIMEOUT = 180  # seconds, until it is sure that a page hangs
REPLACED = re.compile(r"history\.replaceState\(history\.state, '', (\".*?\")\)")


def link_of(page) -> dict[str, list[str]]:
    """The query of a page's address: as its script replaces it in the browser, or else as it is."""
    scripts = (REPLACED.search(part.proto.body) for part in page.get("html"))
    for found in filter(None, scripts):
        return parse_qs(json.loads(found[1]).lstrip("?."), keep_blank_values=True)
    given = page.query_params.items()
    return {name: [texts] if isinstance(texts, str) else [*texts] for name, texts in given}


def as_read(message):
    """A message as a reader sees it: without the backslashes that make its text plain."""
    return re.sub(r"\\(.)", r"\1", message)

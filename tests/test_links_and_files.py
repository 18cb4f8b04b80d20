"""Many links and files, random and hostile ones: no error, no request elsewhere, no memory that stays."""

import asyncio
import json
import os
import random
import time
from urllib.parse import quote, urlencode

import psutil
import pytest

from lrlab.errors import UserError
from lrlab.exchange import read_runs, to_csv, to_json
from lrlab.links.lesson import IDS
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import SCHEDULES, CosineDecay
from lrlab.store import Store
from tests.bench.visitor import Visitor, connected
from tests.browser.conftest import serving

pytestmark = pytest.mark.proof
LINKS = int(os.environ.get("LINKS", "230"))  # of these an eighth is hostile; and half as many hostile files
AT_ONCE, WARM = 4, 60
EXPIRED_SECONDS = 45  # the server keeps a lost session for 30, and collects garbage every 30 at most
MOST_GROWTH = 50_000_000

PAGES = ("", "", "", "train", "choose", "compare", "lessons", "claims")
NAMES = (
    *"esubxlrtc",
    *(
        "source",
        "schedules",
        "optimizers",
        "network",
        "seed",
        "seeds",
        "images",
        "split",
        "data",
        "same_peak",
    ),
    *("run", "runs", "lesson", "controls", "present", "text", "question", "option", "key", "class"),
)
HOSTILE = (
    "![p](http://elsewhere.invalid/p.png)",
    "[Log in](https://elsewhere.invalid)",
    "<script>fetch('//elsewhere.invalid')</script><img src=//elsewhere.invalid onerror=alert(1)>",
    "'; DROP TABLE runs; --",
    "../../../../etc/passwd",
    "{{7*7}}${7*7}{0.__class__}%s%n",
    "\x00\x1b[31m\u202egnp.exe\u2066\ufeff",
    ":material/delete: :red[x] $\\frac{1}{0}$ ~~x~~ `x`",
    "9" * 400,
    "-1e309",
    "nan_inf_-inf_1e-400",
    "9" * 14,
    "_w" * 300 + "~" * 300,
    "formula~__import__('os').system('true')",
    "formula~" + "(" * 200 + "t" + ")" * 200,
    "formula~9**9**9**9",
    "\U0001f600" * 500,
    "%ff%fe%00",
    "a\r\nSet-Cookie: x=1",
    "javascript:alert(1)",
)
# Run by each Python that begins with it on its path: it notes every host that the server asks for.
AUDIT = """
import os, sys
def note(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple) or event == "socket.getaddrinfo":
        host = args[1][0] if event == "socket.connect" else args[0]
        with open(os.environ["ASKED"], "a") as file:
            file.write(f"{host}\\n")
sys.addaudithook(note)
"""


def random_value(dice, name):
    """A text that could have this name: right, nearly right, or something else."""
    number = dice.choice((str(dice.randint(-5, 2000)), f"{dice.lognormvariate(-2, 4):.4g}", "0", "1", "1e9"))
    if name == "c":
        kind = dice.choice([cls.kind for cls in SCHEDULES])
        parts = [
            dice.choice(("", number, f"{dice.random():.3g}", "1_5_2")) for _ in range(dice.randint(0, 5))
        ]
        ends = ("", number, "step", "x~y")
        marks = [f"_{dice.choice('ckhwdn')}{dice.choice(ends)}" for _ in range(dice.randint(0, 3))]
        return "~".join([kind, *parts, *marks])
    words = {
        "lesson": [*IDS, "end", number],
        "run": [number],
        "runs": [".".join(str(dice.randint(0, 9)) for _ in range(5))],
        "schedules": ["step_adam_exponential", "constant"],
        "optimizers": ["sgd_adam_lion", "rmsprop"],
        "source": ["explore", "article", "trial"],
        "x": ["epoch", "step"],
        "data": ["auto", "synthetic", "mnist"],
    }
    return dice.choice([*words.get(name, [number]), number, "", "ö"])


def random_link(dice):
    pairs = [(name, random_value(dice, name)) for name in dice.choices(NAMES, k=dice.randint(1, 12))]
    text = urlencode(pairs)
    if dice.random() < 0.2:  # as a link that was cut, or in which a letter was lost
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(("", "&", "%", "=", "\ud7ff")) + text[at + 1 :]
    return text


def hostile_link(dice):
    return "&".join(f"{name}={quote(dice.choice(HOSTILE))}" for name in dice.sample(NAMES, k=8))


def files(dice, count):
    """Files of runs in which a value is something else than it should be."""
    epochs = tuple(Epoch(at, 0.1, 0.1, 1.0, 0.5, 1.0 / (at + 1), 0.5, 0.1) for at in range(9))
    good = Result("A run", epochs, RunSpec(CosineDecay(0.1)), created=1e9, tags=("a",), note="A note.")
    for number in range(count):
        if dice.random() < 0.4:
            text = to_csv([good])
            at = dice.randrange(len(text))
            yield (
                f"{number}.csv",
                (text[:at] + dice.choice(HOSTILE) + text[at + dice.randint(0, 9) :]).encode(),
            )
        else:
            record = json.loads(to_json([good]))
            places = [(record, key) for key in record] + [
                (record["runs"][0], key) for key in record["runs"][0]
            ]
            for _ in range(dice.randint(1, 3)):
                place, key = dice.choice(places)
                place[key] = dice.choice([*HOSTILE, None, [], {}, -1, 1e308, [[["x"]]], {"a": HOSTILE[0]}])
            yield f"{dice.choice(HOSTILE)[:60]}{number}.json", json.dumps(record).encode("utf-8", "replace")


async def opened(address, page, query):
    async with connected(address) as connection:
        one = Visitor(connection, query)
        one.page = page
        await one.run()


async def open_all(address, links):
    """Each link in a session of its own, some at a time. An error on a page raises AssertionError."""
    waiting = iter(links)

    async def next_ones():
        for page, query in waiting:
            try:
                await opened(address, page, query)
            except Exception as error:
                raise AssertionError(f"/{page}?{query} failed: {error}") from error

    await asyncio.gather(*(next_ones() for _ in range(AT_ONCE)))


def test_no_link_and_no_file_breaks_the_server(home, tmp_path):
    dice = random.Random(15)
    folder, asked = tmp_path / "audit", tmp_path / "asked"
    folder.mkdir()
    asked.touch()
    (folder / "sitecustomize.py").write_text(AUDIT)
    links = [(dice.choice(PAGES), random_link(dice)) for _ in range(LINKS - LINKS // 8)]
    links += [(dice.choice(PAGES), hostile_link(dice)) for _ in range(LINKS // 8)]
    dice.shuffle(links)
    public = {"LRLAB_PUBLIC": "1", "PYTHONPATH": str(folder), "ASKED": str(asked)}
    with serving(tmp_path, **public) as (address, process):
        store, refused = Store(owner="importer"), 0
        for name, content in files(dice, LINKS // 2):
            try:
                store.add_results(read_runs(name, content))
            except UserError:
                refused += 1
        imported = [run.id for run in store.runs(limit=LINKS)]
        assert imported
        assert refused
        for at in range(0, len(imported), 6):
            links.append(("compare", f"runs={'.'.join(map(str, imported[at : at + 6]))}"))
        memory = psutil.Process(process.pid)
        asyncio.run(open_all(address, links[:WARM]))
        time.sleep(EXPIRED_SECONDS)
        before = memory.memory_info().rss
        asyncio.run(open_all(address, links))
        time.sleep(EXPIRED_SECONDS)
        asyncio.run(open_all(address, links[:1]))
        grown = memory.memory_info().rss - before
    print(f"{len(links)} links, {len(imported)} imported runs: {grown / 1e6:.1f} MB more")
    assert grown < MOST_GROWTH
    assert {*asked.read_text().split()} <= {"127.0.0.1", "localhost", "::1", "0.0.0.0"}

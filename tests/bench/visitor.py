"""Visitors without a browser: they speak Streamlit's protocol over a websocket."""

import asyncio
import time
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 180  # seconds


class Visitor:
    """One session: `run` runs its page again, and returns when the script has ended.

    An error on the page raises AssertionError.
    """

    def __init__(self, socket, query):
        self.socket, self.query, self.page = socket, query, ""
        self.hashes, self.sliders, self.timers, self.received = [], {}, {}, 0
        self._parts = {}  # the fragments of the sliders

    async def run(self, fragment: str = "", move: tuple[str, str] | None = None) -> float:
        """Run the page again or one of its fragments, after a move of a slider; the seconds until its end."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_name = self.query, self.page
        rerun.fragment_id, rerun.is_auto_rerun = fragment, bool(fragment)
        rerun.cached_message_hashes.extend(self.hashes)
        if move:
            label, value = move
            moved = rerun.widget_states.widgets.add()
            moved.id = self.sliders[label].id
            moved.string_array_value.data.append(value)
            rerun.fragment_id = self._parts[label]
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self._until_finished(), PATIENCE)
        return time.perf_counter() - began

    async def watch(self, seconds: float) -> int:
        """Refresh what the page refreshes by itself, each second as a browser does; returns how often."""
        until, times = time.monotonic() + seconds, 0
        while (next_time := time.monotonic() + 1) < until:
            for fragment in [*self.timers]:
                if fragment in self.timers:  # the page may have been drawn anew
                    await self.run(fragment)
            times += 1
            await asyncio.sleep(max(next_time - time.monotonic(), 0))
        return times

    async def _until_finished(self):
        while True:
            received = await self.socket.recv()
            self.received += len(received)
            message = ForwardMsg.FromString(received)
            if message.hash and message.metadata.cacheable:
                self.hashes.append(message.hash)
            kind = message.WhichOneof("type")
            if kind == "new_session" and not message.metadata.run.fragment_ids:
                self.timers.clear()
            elif kind == "auto_rerun":
                self.timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._see(message.delta.new_element, message.delta.fragment_id)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    def _see(self, element, fragment):
        kind = element.WhichOneof("type")
        assert kind != "exception", element.exception.message
        if kind == "slider":
            self.sliders[element.slider.label] = element.slider
            self._parts[element.slider.label] = fragment


def connected(address):
    """A connection to the server at that address, as the browser of one session has it."""
    return websockets.connect(
        f"ws://{urlsplit(address).netloc}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=address,
        max_size=None,
        open_timeout=PATIENCE,
        ping_interval=None,
    )


@asynccontextmanager
async def visitor(address, query="", page=""):
    """A visitor of Explore at that address, whose script has run once, and who went to a `page` then."""
    async with connected(address) as opened:
        one = Visitor(opened, query)
        await one.run()
        if page:
            one.page = page
            await one.run()
        yield one

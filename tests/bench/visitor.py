"""Visitors without a browser: they speak Streamlit's protocol over a websocket."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 180  # seconds


class Visitor:
    """One session: `run` runs its page again, and returns when the script has ended."""

    def __init__(self, socket, query):
        self.socket, self.query, self.hashes = socket, query, []

    async def run(self):
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.cached_message_hashes.extend(self.hashes)
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self._until_finished(), PATIENCE)

    async def _until_finished(self):
        while True:
            message = ForwardMsg.FromString(await self.socket.recv())
            if message.hash and message.metadata.cacheable:
                self.hashes.append(message.hash)
            if message.WhichOneof("type") == "script_finished":
                return


@asynccontextmanager
async def visitor(address, query=""):
    """A visitor of the page at that address, whose script has run once."""
    socket = websockets.connect(
        f"ws://{urlsplit(address).netloc}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=address,
        max_size=None,
        open_timeout=PATIENCE,
        ping_interval=None,
    )
    async with socket as opened:
        one = Visitor(opened, query)
        await one.run()
        yield one

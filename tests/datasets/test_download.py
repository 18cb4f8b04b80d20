"""The download, against a server on this machine that behaves well, badly, or not at all."""

import socket
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lrlab.datasets import download
from lrlab.datasets.fashion_mnist import FASHION_MNIST
from lrlab.datasets.idx import MD5
from lrlab.datasets.sources import load
from lrlab.errors import UserError

FIRST = next(iter(MD5))


class Answer(BaseHTTPRequestHandler):
    """Answers every request with the server's `status`, `body` and `length`, then stalls for `pause`."""

    def do_GET(self):
        self.send_response(self.server.status)
        self.send_header("Content-Length", self.server.length or len(self.server.body))
        self.end_headers()
        self.wfile.write(self.server.body)
        self.wfile.flush()
        self.server.released.wait(self.server.pause)

    def log_message(self, *arguments):
        pass


class Drip(Answer):
    """Sends one byte after another, for ever."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", 1000)
        self.end_headers()
        while not self.server.released.wait(0.02):
            self.wfile.write(b".")
            self.wfile.flush()


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, quietly."""

    def log_message(self, *arguments):
        pass


@pytest.fixture
def serve(home, monkeypatch):
    """Start a server with a handler and attributes, and have LRLAB_DATA_URL name it."""
    servers = []

    def start(handler, **attributes):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.released = threading.Event()
        vars(server).update({"status": 200, "body": b"", "length": None, "pause": 0, **attributes})
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        monkeypatch.setenv("LRLAB_DATA_URL", f"http://127.0.0.1:{server.server_port}/")
        return server

    yield start
    for server in servers:
        server.released.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(download, "READ_SECONDS", 0.5)


def refusal(folder):
    """The message of a download that must fail, and must leave nothing behind."""
    with pytest.raises(UserError) as caught:
        download.download(FASHION_MNIST.title, FASHION_MNIST.files, folder)
    assert not folder.exists() or list(folder.iterdir()) == []
    message = str(caught.value)
    assert message.startswith(f"{FIRST} could not be downloaded from http")
    assert message.endswith("put the files of Fashion-MNIST into a folder and set LRLAB_DATA_DIR to it.")
    return message


@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_error_of_the_server_is_said(serve, tmp_path, status):
    serve(Answer, status=status)
    assert f"the server answered {status}." in refusal(tmp_path / "files")


def test_a_wrong_file_is_refused(serve, tmp_path):
    serve(Answer, body=b"<html>Please log in to this network</html>")
    assert "the downloaded file is not the original (its md5 differs)" in refusal(tmp_path / "files")


def test_a_transfer_that_breaks_off_is_said(serve, tmp_path):
    serve(Answer, body=b"half", length=1000)
    assert "the transfer was interrupted" in refusal(tmp_path / "files")


def test_a_server_that_stalls_in_the_middle_is_given_up(serve, impatient, tmp_path):
    serve(Answer, body=b"half", length=1000, pause=60)
    assert "the server did not answer in time" in refusal(tmp_path / "files")


def test_a_server_that_drips_for_ever_is_given_up(serve, impatient, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "SLOW_SECONDS", 0.5)
    serve(Drip)
    assert "less than 10 kB per second arrived" in refusal(tmp_path / "files")


def test_a_server_that_never_answers_is_given_up(home, impatient, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("LRLAB_DATA_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert "the server did not answer in time" in refusal(tmp_path / "files")


def test_a_refused_connection_is_said(home, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    monkeypatch.setenv("LRLAB_DATA_URL", f"http://127.0.0.1:{port}/")
    assert "the server cannot be reached" in refusal(tmp_path / "files")


def test_an_address_that_is_none_is_said(home, tmp_path, monkeypatch):
    monkeypatch.setenv("LRLAB_DATA_URL", "http://")
    message = refusal(tmp_path / "files")
    assert "No host supplied" in message
    assert "md5" not in message


def test_a_folder_that_cannot_be_written_is_said(home, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="could not be downloaded"):
        download.download(FASHION_MNIST.title, FASHION_MNIST.files, tmp_path / "file" / "files")


@pytest.mark.real_data
@pytest.mark.parametrize("slash", ["/", ""])
def test_the_four_files_arrive_once_with_progress_and_are_then_used(real_data, serve, monkeypatch, slash):
    server = serve(partial(Files, directory=real_data))
    monkeypatch.setenv("LRLAB_DATA_URL", f"http://127.0.0.1:{server.server_port}{slash}")
    monkeypatch.delenv("LRLAB_DATA_DIR")
    stages = []
    data = load("fashion-mnist", stages.append)
    assert data.origin == "Fashion-MNIST, downloaded"
    assert "Downloading Fashion-MNIST (31 of 31 MB)" in stages
    done = [int(words.split("(")[1].split()[0]) for words in stages if " of 31 MB" in words]
    assert done == sorted(done)

    server.shutdown()
    assert load("fashion-mnist").origin == "Fashion-MNIST, downloaded before"

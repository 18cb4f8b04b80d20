"""`lrlab class` serves the dashboard to the room: each student has own runs, and the teacher sees all."""

import os
import secrets
import socket
from urllib.parse import quote

from lrlab.cli.app import add_port
from lrlab.errors import UserError
from lrlab.home import checked_secret, home

FIRST_PORT, PORTS = 8501, 50
ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation: nothing is sent to it
NO_NETWORK = "127.0.0.1"


def add_class(parser) -> None:
    """The arguments of `lrlab class`."""
    add_port(parser)
    parser.add_argument(
        "--code", default="class", metavar="CODE", help="tags the class's runs (default: class)"
    )


def serve_class(options) -> int:
    """Print the addresses, and serve the class until Ctrl-C."""
    import segno

    from lrlab.store.library import MAX_TAG, checked_text
    from lrlab.ui.shell.start import start  # needs Streamlit

    code = checked_text("class code", options.code, 1, MAX_TAG)
    secret = checked_secret(os.environ.get("LRLAB_TEACHER") or _secret())
    os.environ.update(LRLAB_PUBLIC="1", LRLAB_TEACHER=secret)
    port, host = options.port or _free_port(), _address()
    address = f"http://{host}:{port}/lessons?class={quote(code)}"
    segno.make(address).terminal(compact=True)
    print(f"Students open     {address}")
    print(f"The teacher opens {address}&key={quote(secret, safe='')}")
    if host == NO_NETWORK:
        print("There is no network now, so only this computer can open these addresses.")
    print("Keep the teacher's address to yourself: who opens it sees and stops the runs of all.", flush=True)
    start(port, "0.0.0.0", browser=False, named=host)
    return 0


def _secret():
    """The teacher's key, which stays the same each time that a class is served from here."""
    file = home() / "teacher"
    try:
        if not file.exists():
            file.touch(0o600)
            file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise UserError(
            f"The teacher's key in {file} cannot be used: {error}. Delete the file, or set LRLAB_TEACHER."
        ) from error


def _address():
    """This machine's address in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:  # there is no network
            return NO_NETWORK
        return probe.getsockname()[0]


def _free_port():
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:  # something else has it
                continue
            return port
    raise UserError(
        f"The ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken. Give a free one: --port N."
    )

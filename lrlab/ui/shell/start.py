"""Start the dashboard's server, with the app of the installed package or of the checkout."""

from pathlib import Path

from streamlit.web.cli import main

import lrlab

PACKAGE = Path(lrlab.__file__).parent
INSTALLED = PACKAGE / "_dashboard" / "app.py"


def start(
    port: int | None = None, address: str | None = None, browser: bool = True, named: str | None = None
) -> None:
    """Serve the dashboard until Ctrl-C; Streamlit reads its settings from the folder of the app.

    `address` is what the server listens on; `named` is the host that visitors type, if that is another.
    """
    app = INSTALLED if INSTALLED.exists() else PACKAGE.parent / "app.py"
    settings = {
        "server.port": port,
        "server.address": address,
        "server.headless": not browser or None,
        "browser.serverAddress": named,
    }
    flags = [f"--{name}={value}" for name, value in settings.items() if value is not None]
    main(["run", str(app), *flags], prog_name="streamlit")

"""`lrlab app` serves the dashboard."""


def add_port(parser) -> None:
    """The argument for the port of a server."""
    parser.add_argument(
        "--port", type=int, metavar="N", help="port of the server (default: 8501 or the next free one)"
    )


def add_app(parser) -> None:
    """The arguments of `lrlab app`."""
    add_port(parser)
    parser.add_argument(
        "--address",
        metavar="HOST",
        default="localhost",
        help="address that the server listens on (default: localhost, for this machine only; 0.0.0.0 is all)",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")


def app(options) -> int:
    """Serve the dashboard until Ctrl-C."""
    from lrlab.ui.shell.start import start  # needs Streamlit

    start(options.port, options.address, browser=not options.no_browser)
    return 0

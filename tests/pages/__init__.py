TIMEOUT = 180  # seconds, until it is sure that a page hangs

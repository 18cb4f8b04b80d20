"""What surrounds every page: the server, the icon and the address."""

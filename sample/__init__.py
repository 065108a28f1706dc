"""A bundled press of invented outlets and events, to run on without the internet, and the server that prints it."""

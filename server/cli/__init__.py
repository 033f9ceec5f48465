"""The command line: the operator's calls without HTTP, upkeep, and starting the server."""

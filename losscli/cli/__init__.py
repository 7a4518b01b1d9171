"""The command line: one module a command, each a thin road from words to the library."""

"""A Model Context Protocol server: tools for programs that talk to language models."""

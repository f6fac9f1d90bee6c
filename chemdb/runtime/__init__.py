"""Threads, processes, progress, Ctrl-C, and files that appear whole or not at all."""

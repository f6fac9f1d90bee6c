"""Threads, processes, progress, Ctrl-C and atomic writes."""

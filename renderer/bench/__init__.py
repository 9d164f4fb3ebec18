"""Measuring tool of the engines: one case in, times and quality out. Its output is marked as not for use."""

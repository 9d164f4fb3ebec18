"""Tests against real servers; each one is skipped with a reason where its server is missing."""

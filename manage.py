#!/usr/bin/env python
"""Entry point of the administration commands."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adforge.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

"""One settings module for web, worker and beat; ``adforge.settings.test`` narrows it for the tests."""

from __future__ import annotations

from adforge.settings.base import *  # noqa: F403
from adforge.settings.demo import *  # noqa: F403
from adforge.settings.logs import *  # noqa: F403
from adforge.settings.queues import *  # noqa: F403
from adforge.settings.rendering import *  # noqa: F403
from adforge.settings.storage import *  # noqa: F403
from adforge.settings.theme import *  # noqa: F403

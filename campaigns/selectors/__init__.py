"""Read queries, each scoped to what the user may see."""

from __future__ import annotations

from campaigns.selectors import audit, campaigns, consents, home, reviews, variants

__all__ = ["audit", "campaigns", "consents", "home", "reviews", "variants"]

"""People, consent, content and variants: what may be made, who said so, and what was made."""

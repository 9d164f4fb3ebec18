"""The signed-in pages. Views look up through ``campaigns.access`` and change through ``campaigns.services``."""

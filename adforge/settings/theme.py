"""The staff admin in the product's own colours: warm greys and ember, as in ``static/css/tokens.css``."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.functional import lazy

UNFOLD = {
    "SITE_TITLE": "AdForge administration",
    "SITE_HEADER": "AdForge",
    "SITE_SUBHEADER": "Administration",
    "SITE_ICON": lazy(static, str)("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lazy(static, str)("img/mark.svg")}],
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "base": {
            "50": "oklch(98.6% .003 85)", "100": "oklch(96.2% .005 85)", "200": "oklch(91.8% .008 85)",
            "300": "oklch(85.6% .011 85)", "400": "oklch(70.5% .015 85)", "500": "oklch(54.5% .015 85)",
            "600": "oklch(44% .014 80)", "700": "oklch(36.5% .013 75)", "800": "oklch(26.5% .01 70)",
            "900": "oklch(20.5% .007 65)", "950": "oklch(15.5% .005 60)",
        },
        "primary": {
            "50": "oklch(97.5% .017 55)", "100": "oklch(94.6% .035 52)", "200": "oklch(89.4% .072 50)",
            "300": "oklch(82% .118 48)", "400": "oklch(74% .16 46)", "500": "oklch(66.5% .19 43)",
            "600": "oklch(60.5% .195 39)", "700": "oklch(52.5% .172 37)", "800": "oklch(45% .14 37)",
            "900": "oklch(39% .114 38)", "950": "oklch(26% .075 38)",
        },
    },
}  # fmt: skip

"""This deployment's engines, keys and fonts as one frozen toolbox, made once per worker process."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from renderer.engines import registry
from renderer.pipeline import Toolbox
from renderer.provenance import keys
from renderer.provenance.signer import Signer

if TYPE_CHECKING:
    from renderer.provenance.watermark import WatermarkKeys

FONTS = Path(__file__).parent / "data" / "fonts"


@cache
def toolbox() -> Toolbox:
    """Engines as configured, the signer and the watermark keys.

    Raises:
        EngineError: an engine or its weights are missing. ProvenanceError: no usable certificate.
    """
    create = partial(registry.create, model_dir=Path(settings.MODEL_DIR))
    names = {**registry.DEFAULTS, **settings.RENDER_ENGINES}
    return Toolbox(
        detector=create("detect", names["detect"]),
        synthesizer=create("voice", names["voice"]),
        transcriber=lambda: create("transcribe", names["transcribe"]),
        substituter=create("face", names["face"]),
        lip_syncer=create("lipsync", names["lipsync"]),
        signer=signer(),
        keys=watermark_keys(),
        fonts=FONTS,
        engine_versions=_versions(names),
    )


def _versions(names: dict[str, str]) -> dict[str, str]:
    stages = ("detect", "voice", "face", "lipsync")
    return {stage: f"{names[stage]} {registry.info(stage, names[stage]).version}" for stage in stages}


def signer() -> Signer:
    """The signer of this deployment."""
    return keys.load_signer(Path(settings.KEY_DIR))


def watermark_keys() -> WatermarkKeys:
    """The watermark keys of this deployment, old ones included so that old files stay readable."""
    return keys.load_watermark_keys(Path(settings.KEY_DIR))


def trust_pem() -> str:
    """The root certificates that the verifier trusts."""
    return keys.trust_pem(Path(settings.KEY_DIR))

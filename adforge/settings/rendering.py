"""What a render is made with. Read once on the Django side and handed down as frozen values."""

from __future__ import annotations

from adforge.settings.base import ADFORGE_VAR
from adforge.settings.env import BASE_DIR, env_float, env_int, env_path, env_str

RENDER_VERSION = "0.1.0"
RENDER_ENGINES = {
    "detect": env_str("ENGINE_DETECT", "mediapipe"),
    "face": env_str("ENGINE_FACE", "mesh"),
    "voice": env_str("ENGINE_VOICE", "kokoro"),
    "lipsync": env_str("ENGINE_LIPSYNC", "rewrite"),
}
RENDER_SEED = env_int("RENDER_SEED", 0)
RENDER_PROFILE = env_str("RENDER_PROFILE", "master-h264")
RENDER_MAX_ATTEMPTS = env_int("RENDER_MAX_ATTEMPTS", 3)
RENDER_LEASE_SECONDS = env_int("RENDER_LEASE_SECONDS", 45)

MODEL_DIR = env_path("MODEL_DIR", ADFORGE_VAR / "models")
WORK_DIR = env_path("WORK_DIR", ADFORGE_VAR / "work")
KEY_DIR = env_path("KEY_DIR", ADFORGE_VAR / "keys")
DEMO_DIR = env_path("DEMO_DIR", BASE_DIR / "renderer" / "data" / "demo")

CLIP_MAX_SECONDS = env_int("CLIP_MAX_SECONDS", 180)
CLIP_MAX_PIXELS = env_int("CLIP_MAX_PIXELS", 1920 * 1080)
CLIP_MAX_FPS = env_int("CLIP_MAX_FPS", 60)

WATERMARK_STRENGTH = env_float("WATERMARK_STRENGTH", 1.0)

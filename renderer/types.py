"""Frozen values that travel between the floors of the render toolkit.

Pictures are ``uint8`` BGR arrays of shape (H, W, 3); points are pixels, origin top left;
sound is ``float32`` in -1..1, mono unless said otherwise; times are seconds on the master's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from pathlib import Path

Frame = NDArray[np.uint8]
Points = NDArray[np.float32]
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a fully decoded video file is. ``frames`` and ``seconds`` are counted, not read from the header."""

    width: int
    height: int
    fps: Fraction
    frames: int
    seconds: float
    video_codec: str
    audio_codec: str | None
    audio_rate: int | None
    audio_peak: float
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """The one replaceable face of a clip, frame by frame.

    Attributes:
        points: (T, 478, 3) float32, mediapipe numbering, x and y in pixels of the clip, z in the same scale,
            smoothed over time; rows of absent frames repeat the nearest present one.
        present: (T,) bool, False where no usable face was seen.
        shots: index of the first frame of every shot, ascending, starts with 0.
        size: (width, height) of the clip in pixels.
        fps: frame rate of the clip.
    """

    points: Points
    present: NDArray[np.bool_]
    shots: tuple[int, ...]
    size: tuple[int, int]
    fps: Fraction

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """One speech sound. ``symbol`` is a Kokoro vocabulary symbol, "" means silence. Boundaries already shifted."""

    symbol: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class WordSpan:
    """One written word as spoken; feeds the captions."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class VoiceTrack:
    """Speech laid out on the master's clock, silence where nobody speaks.

    ``spans`` cover 0..``len(samples)/rate`` without gaps. ``shift_ms`` is the boundary shift already applied
    to ``spans`` (never apply it again).
    """

    samples: Sound
    rate: int
    spans: tuple[PhonemeSpan, ...]
    words: tuple[WordSpan, ...]
    shift_ms: float
    dropped_symbols: int = 0


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line of a localized script and the time it may take, seconds on the master's clock."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file fetched for this render, with the hash it had when the plan was made."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """Where the speech comes from: a synthesiser's voice by name, or an uploaded recording."""

    kind: Literal["preset", "recording"]
    name: str = ""
    recording: InputFile | None = None


@dataclass(frozen=True, slots=True)
class LikenessInput:
    """The consented material of one likeness: photos and at most one enrolment clip with its cached track."""

    photos: tuple[InputFile, ...] = ()
    clip: InputFile | None = None
    clip_track: InputFile | None = None


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """The visible AI label.

    ``min_height`` is the text height as a share of the frame's short side, ``min_area`` the plate's least share
    of the frame.
    """

    text: str
    pack_version: str
    position: Literal["top-left", "top-right", "bottom-left", "bottom-right"] = "top-left"
    min_height: float = 0.03
    min_area: float = 0.0
    whole_clip: bool = True
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class OutputProfile:
    """The shape of one encode. ``crf`` and ``preset`` are x264's; ``lufs`` is the integrated loudness target."""

    name: str = "master-h264"
    crf: int = 20
    preset: str = "veryfast"
    audio_kbps: int = 192
    audio_rate: int = 48_000
    lufs: float = -16.0
    burn_captions: bool = False


@dataclass(frozen=True, slots=True)
class WatermarkSpec:
    """``payload_id`` is 48 random bits; ``strength`` is the first amplitude to try, in grey levels."""

    payload_id: int
    strength: float = 1.0
    max_strength: float = 1.6


@dataclass(frozen=True, slots=True)
class ManifestSpec:
    """What the signed manifest says about this variant. Public: opaque references only, never a name."""

    variant_ref: str
    title: str
    consent_refs: tuple[str, ...]
    consent_commitments: tuple[str, ...]
    territories: tuple[str, ...]
    valid_until: str
    status_url: str
    source_locale: str
    locale: str
    performer_kind: Literal["digital_replica", "synthetic_performer"]
    generator_version: str


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """Everything one render needs, frozen before the first frame. Same plan, same picture."""

    variant_ref: str
    job_ref: str
    master: InputFile
    track: InputFile
    likeness: LikenessInput | None
    locale: str
    lines: tuple[SpokenLine, ...]
    voice: VoiceSpec | None
    bed: InputFile | None
    label: LabelSpec
    profile: OutputProfile
    watermark: WatermarkSpec
    manifest: ManifestSpec
    engines: Mapping[str, str]
    seed: int = 0


@dataclass(frozen=True, slots=True)
class StageReport:
    """Time one stage took. ``frames`` is 0 for stages that do not work frame by frame."""

    name: str
    seconds: float
    frames: int = 0

    @property
    def ms_per_frame(self) -> float | None:
        return 1000 * self.seconds / self.frames if self.frames else None


@dataclass(frozen=True, slots=True)
class QualityScores:
    """Measures of one finished variant; None where not measurable, with the reason in ``reasons``.

    ``flags`` names the measures a person should look at; a flag never fails a render.
    """

    lip_open_corr: float | None = None
    lip_open_lag_frames: int | None = None
    lip_width_corr: float | None = None
    loudness_lufs: float | None = None
    label_contrast: float | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A finished, marked and signed variant in the work folder."""

    video: Path
    captions: Path
    poster: Path
    thumbnail: Path
    sha256: str
    facts: ClipFacts
    manifest: bytes
    watermark_id: int
    watermark_strength: float
    quality: QualityScores
    stages: tuple[StageReport, ...]
    engine_versions: Mapping[str, str]

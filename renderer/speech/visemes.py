"""The mouth each Kokoro symbol wants: opening, width and how strongly it insists.

Opening and width are shares of the actor's own range (0 = closed or narrowest, 1 = widest seen); strength is the
dominance of the co-articulation blend (Cohen and Massaro 1993). Values were set by hand on measured English
speech and extended by sound class to the other locales; front rounded vowels must stay narrow.
"""

from __future__ import annotations

from types import MappingProxyType

from renderer.speech.vocabulary import VOCABULARY

Shape = tuple[float, float, float]

PAUSE: Shape = (0.03, 0.45, 0.15)

_SHAPES: tuple[tuple[str, Shape], ...] = (
    ("pbm", (0.0, 0.45, 3.5)),
    ("fvʋ", (0.06, 0.50, 2.2)),
    ("ɸβ", (0.08, 0.40, 2.0)),
    ("wuʊ", (0.18, 0.02, 1.6)),
    ("oɔOQ", (0.45, 0.10, 1.3)),
    ("ɒ", (0.75, 0.30, 1.1)),
    ("Y", (0.50, 0.30, 1.0)),
    ("y", (0.20, 0.05, 1.4)),
    ("ɥ", (0.20, 0.05, 1.4)),
    ("ø", (0.40, 0.10, 1.4)),
    ("œ", (0.50, 0.15, 1.4)),
    ("ɯɨᵻ", (0.20, 0.60, 1.0)),
    ("iɪj", (0.25, 0.85, 1.0)),
    ("eɛA", (0.50, 0.80, 1.0)),
    ("aæɑɐIW", (0.95, 0.60, 1.3)),
    ("ʌəɜɚᵊɤ", (0.45, 0.50, 0.7)),
    ("ɹɻ", (0.25, 0.20, 0.8)),
    ("tdnlθðɾTɲɳʎʈɖɽ", (0.22, 0.55, 0.6)),
    ("szʦʣS", (0.15, 0.55, 1.0)),
    ("ʃʒʧʤ", (0.20, 0.10, 1.4)),
    ("ɕʑʨʥʂʐꭧ", (0.20, 0.30, 1.4)),
    ("kɡŋhxʔcɟɣqχʁrçʝɰɴ", (0.30, 0.50, 0.3)),
)

VISEMES: MappingProxyType[str, Shape] = MappingProxyType(
    dict.fromkeys(VOCABULARY, PAUSE) | {symbol: shape for symbols, shape in _SHAPES for symbol in symbols}
)

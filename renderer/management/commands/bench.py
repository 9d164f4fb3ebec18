"""``manage.py bench engine``: how fast and how good are the engines on this machine, with this material?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from renderer.bench.band import TEXT, refuse_library
from renderer.bench.cases import Case
from renderer.bench.run import Bench, measure
from renderer.engines import registry
from renderer.engines.facemesh import FaceMeshDetector
from renderer.engines.mesh import MeshSubstituter
from renderer.engines.rewrite import RewriteLipSyncer, RewriteSettings
from renderer.errors import RenderError
from renderer.toolbox import toolbox
from renderer.vision.tracking import FaceLimits

MIN_FACE, MIN_SECONDS = 40.0, 1.0


class Command(BaseCommand):
    help = (
        "Measures the engines on one clip. A measuring tool and no way round consent: it knows no library, writes "
        f'nothing into it, and burns "{TEXT}" into what it renders, with the AI label and a test watermark.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True)
        engine = kinds.add_parser("engine", help="render one case as production does, time it and score it")
        engine.add_argument("--master", type=Path, required=True, help="clip to change")
        engine.add_argument(
            "--likeness", type=Path, help="photo, clip, or a folder of both; without it only the lips change"
        )
        engine.add_argument("--text", default="", help="words to say; without them only the face changes")
        engine.add_argument("--locale", default="en-US", help="language of the words, such as es-MX")
        engine.add_argument("--voice", default="", help="name of the voice; by default the locale's best")
        engine.add_argument("--out", type=Path, help="where the marked video goes; not inside the library")
        engine.add_argument("--json", type=Path, help="where the report goes as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        case = Case(
            options["master"], options["likeness"], options["text"], options["locale"], options["voice"]
        )
        try:
            report = self._measure(case, options["out"], options["json"])
        except RenderError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        text = json.dumps(report, indent=2, ensure_ascii=False)
        if options["json"]:
            options["json"].write_text(text + "\n", encoding="utf-8")
        self.stdout.write(text)

    def _measure(self, case: Case, out: Path | None, report: Path | None) -> dict[str, Any]:
        for target in filter(None, (out, report)):
            refuse_library(target, Path(settings.MEDIA_ROOT))
        with TemporaryDirectory(prefix="adforge-bench-") as folder:
            return measure(case, _bench(), Path(folder), out)


def _bench() -> Bench:
    """The deployment's tools without the limits on face size and length of the recording."""
    detector = FaceMeshDetector(FaceLimits(min_face=MIN_FACE))
    tools = replace(
        toolbox(),
        detector=detector,
        substituter=MeshSubstituter(detector, detector.limits),
        lip_syncer=RewriteLipSyncer(RewriteSettings(min_seconds=MIN_SECONDS)),
    )
    return Bench(tools, registry.create("identity", registry.DEFAULTS["identity"], Path(settings.MODEL_DIR)))

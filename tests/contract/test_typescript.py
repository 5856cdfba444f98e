"""The types that TypeScript makes of the description compile, and say what can be null."""

import json
import shutil
import subprocess
from pathlib import Path

from django.conf import settings

from tests.contract.answers import description

PROGRAMS = Path(settings.BASE_DIR) / "node_modules" / ".bin"
OPTIONAL = ["--default-non-nullable=false"]  # what has a default need not be sent
USAGE = Path(__file__).with_name("usage.ts")


def test_types_of_the_api_compile_with_a_program_that_uses_them(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps(description().document))
    shutil.copy(USAGE, tmp_path)
    make = [PROGRAMS / "openapi-typescript", "api.json", *OPTIONAL, "--output", "api.d.ts"]
    check = [PROGRAMS / "tsc", "--noEmit", "--strict", "--target", "es2022", "usage.ts"]

    for command in (make, check):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

"""Takes the pictures of the guides from the real thing: `python docs/take_pictures.py`.

It runs Monday's job as the browser test does, and leaves a picture of each step in docs/pictures, with what the page said
beside it. The test compares that text, so a picture that is out of date fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the story with pictures on; the exit code of the test."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_story.py"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "WENAN_PICTURES": "1"}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())

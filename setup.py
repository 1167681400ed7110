"""What pyproject.toml cannot say: a wheel carries the top-level folders inside the package (app/files.py)."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("templates", "static", "migrations")


class BuildWithFolders(build_py):
    """Copies the folders into `app` of the wheel; an editable install uses them where they are."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for name in FOLDERS:
            target = Path(self.build_lib, "app", name)
            # A build folder is kept between builds, and a file that is gone must not come back from there.
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(name, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))


setup(cmdclass={"build_py": BuildWithFolders})

"""What pyproject.toml cannot say: a wheel carries the top-level folders inside the package (app/files.py)."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("templates", "static", "migrations")


class BuildWithFolders(build_py):
    """Copies the folders into `app` of the wheel; an editable install uses them where they are."""

    def run(self) -> None:
        package = Path(self.build_lib, "app")
        if not self.editable_mode:
            # A build folder is kept between builds, and a file that is gone must not come back from there.
            shutil.rmtree(package, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            for name in FOLDERS:
                shutil.copytree(name, package / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))


setup(cmdclass={"build_py": BuildWithFolders})

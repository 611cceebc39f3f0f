"""What was proved, as a table for the terminal."""

from typing import Any


def table_of(manifest: dict[str, Any]) -> str:
    """Return rows and hash of every table and of the files, one line each."""
    lines = [
        f"{label:<34}{told['rows']:>9}  {told['sha256'][:16]}"
        for label, told in sorted(manifest["tables"].items())
    ]
    return "\n".join([*lines, f"{'files':<34}{len(manifest['files']):>9}"])

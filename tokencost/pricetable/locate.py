"""Which prices.toml is meant: the one named, else the environment's, else this folder's, else the bundled one."""

import os
from pathlib import Path

FILE_NAME = "prices.toml"
ENVIRONMENT = "TOKENCOST_PRICES"


def bundled_prices() -> Path:
    """The table that comes with the package: inside an installed wheel, at the top of a checkout."""
    package = Path(__file__).parent.parent
    installed = package / FILE_NAME
    return installed if installed.is_file() else package.parent / FILE_NAME


def find_prices(named: str | os.PathLike[str] | None = None) -> Path:
    """The file that the command line uses."""
    return find_own_prices(named) or bundled_prices()


def find_own_prices(named: str | os.PathLike[str] | None = None) -> Path | None:
    """The file that the command line may change: any but the bundled one; None where there is no other."""
    if named is not None:
        return Path(named)
    if from_environment := os.environ.get(ENVIRONMENT):
        return Path(from_environment)
    here = Path(FILE_NAME)
    return here if here.is_file() else None


def table_version(path: Path) -> str:
    """The `version` of a table, read from its first lines only; `unknown` where it cannot be read."""
    import tomllib

    head = ""
    try:
        # `--version` shows it, and shall not parse and check a whole table for one line.
        with path.open(encoding="utf-8-sig") as stream:
            for line in stream:
                if line.startswith("["):
                    break
                head += line
        return str(tomllib.loads(head)["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"

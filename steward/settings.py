"""
What an operator may set: in `config/steward.toml`, as `STEWARD_*` in the environment, or as a flag.

The flag wins over the environment, the environment over the file, the file
over the default. Each field's `help` is what the reference says about it.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from engine.errors import Invalid
from webhooks.safe_http import Network, networks

MODES = ("none", "starttls", "tls")
LEVELS = ("debug", "info", "warning", "error")
ROOT = Path(__file__).resolve().parent.parent


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, with their defaults."""

    home: str = _setting("var", "Working folder: database, evidence, keys, demo passwords. Made when missing.")
    database_url: str = _setting("", "SQLAlchemy URL of the database; empty means SQLite in the working folder.")
    listen_url: str = _setting("", "Direct URL of PostgreSQL, for wake-ups, where database_url goes through a pooler.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8080, "Port to listen on.")
    threads: int = _setting(8, "Threads that answer requests.")
    trusted_proxy: str = _setting(
        "", "Address of the proxy in front, which tells from where people come (X-Forwarded-For); empty means none."
    )
    config: str = _setting(str(ROOT / "config"), "Folder of the TOML files that seed the tables.")
    processes: str = _setting(str(ROOT / "processes"), "Folder of the processes that a demo deploys.")
    release_at_once: bool = _setting(False, "A deployment is released at once, and its deployer owns it.")
    release_groups: str = _setting("", "Groups, separated by commas, whose members may release a deployment.")
    evidence_max_bytes: int = _setting(50_000_000, "The largest file accepted as evidence, in bytes.")
    token_days: int = _setting(30, "Days after which a token that names no other date expires.")
    visit_idle_minutes: int = _setting(
        120, "Minutes without a request after which whoever signed in at a browser is signed out."
    )
    visit_hours: int = _setting(12, "Hours after which whoever signed in at a browser signs in again in any case.")
    second_factor_for: str = _setting(
        "",
        "Groups, separated by commas, whose members need a second factor; admin means who manages the platform.",
    )
    message_days: int = _setting(30, "Days for which a message that nobody awaits is kept.")
    seal_minutes: int = _setting(60, "Minutes between two seals of the audit trail.")
    public_url: str = _setting("", "Where people reach Steward, for links in messages; empty means http://HOST:PORT.")
    smtp_host: str = _setting("", "Mail server; empty means that mail stays owed.")
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_tls: str = _setting("starttls", "How to talk to it: starttls, tls (from the first byte) or none.")
    smtp_user: str = _setting("", "Name to log in with at the mail server; empty means no login.")
    smtp_password: str = _setting("", "Password for the mail server; from the environment only.")
    smtp_password_file: str = _setting("", "A file that holds the password for the mail server.")
    smtp_from: str = _setting("steward@localhost", "Address that mail comes from.")
    smtp_ca: str = _setting("", "File of certificates to trust for the mail server; empty means those of the machine.")
    allow_private: str = _setting(
        "", "Private networks, separated by commas, that chat and webhooks may reach all the same: 10.1.0.0/16."
    )
    allow_http: bool = _setting(False, "Whether chat and webhooks may go to http addresses as well as https.")
    webhook_ca: str = _setting(
        "", "File of certificates to trust for chat and webhooks; empty means those of the machine."
    )
    log_level: str = _setting("info", "Least severity that is logged: debug, info, warning or error.")

    @property
    def folder(self) -> Path:
        """The working folder."""
        return Path(self.home)

    @property
    def config_folder(self) -> Path:
        """The folder of the TOML files."""
        return Path(self.config)

    @property
    def templates_folder(self) -> Path:
        """The folder of the modeler's element templates, where Camunda Modeler looks for them."""
        return Path(self.processes) / ".camunda" / "element-templates"

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.folder / 'steward.sqlite').resolve()}"

    @property
    def address(self) -> str:
        """Where people reach Steward."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def allowed_networks(self) -> tuple[Network, ...]:
        """
        The private networks that may be reached.

        Raises:
            Invalid: one of them is no network.
        """
        try:
            return networks(self.allow_private)
        except ValueError as error:
            raise Invalid(f"The setting allow_private names networks such as 10.1.0.0/16: {error}.") from error

    @property
    def releasing(self) -> tuple[str, ...]:
        """The groups whose members may release."""
        return _listed(self.release_groups)

    @property
    def proving_twice(self) -> frozenset[str]:
        """The groups whose members need a second factor, and `admin` for who manages the platform."""
        return frozenset(_listed(self.second_factor_for))


def load(flags: Mapping[str, Any] = {}, environment: Mapping[str, str] = os.environ) -> Settings:
    """
    The settings in force.

    Raises:
        Invalid: a setting has a wrong type, or the file names one that does not exist.
    """
    config = Path(str(flags.get("config") or environment.get("STEWARD_CONFIG") or Settings.config))
    values: dict[str, Any] = _from_file(config / "steward.toml")
    known = {one.name: one for one in fields(Settings)}
    if unknown := sorted(set(values) - set(known)):
        raise Invalid(f"{config / 'steward.toml'} sets {', '.join(unknown)}, which is no setting of Steward.")
    if "smtp_password" in values:
        raise Invalid(f"{config / 'steward.toml'} holds a password. Set STEWARD_SMTP_PASSWORD, or smtp_password_file.")
    values |= {name: environment[key] for name in known if (key := f"STEWARD_{name.upper()}") in environment}
    values |= {name: value for name, value in flags.items() if value is not None}
    return Settings(**{name: _typed(name, value, known[name].type) for name, value in values.items()})


def _listed(said: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in said.split(",") if name.strip())


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is not well-formed TOML: {error}") from error


def _typed(name: str, value: Any, wanted: Any) -> Any:
    kind = wanted if isinstance(wanted, str) else wanted.__name__
    if kind == "int":
        try:
            return int(value)
        except (TypeError, ValueError):
            raise Invalid(f"The setting {name} needs a whole number, not {value!r}.") from None
    if kind == "bool":
        word = str(value).lower()
        if word not in ("true", "false", "1", "0", "yes", "no"):
            raise Invalid(f"The setting {name} needs true or false, not {value!r}.")
        return word in ("true", "1", "yes")
    for limited, words in (("log_level", LEVELS), ("smtp_tls", MODES)):
        if name == limited and str(value) not in words:
            raise Invalid(f"The setting {name} needs one of {', '.join(words)}, not {value!r}.")
    return str(value)

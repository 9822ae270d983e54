"""The schemas that ship: name one where a schema file is asked for."""

from importlib.resources import files
from pathlib import Path

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import SchemaRefused
from stayline.formats.schema_toml import load_schema, parse_schema

PRESETS = ("ibm-hr", "monthly-panel", "mfg-yearly")


def named_schema(name_or_path: str) -> WorkforceSchema:
    """Return the schema of a preset, or of a ``schema.toml``; raises `SchemaRefused`."""
    if name_or_path in PRESETS:
        text = (files("stayline.samples") / "schemas" / f"{name_or_path}.toml").read_text("utf-8")
        return parse_schema(text, name_or_path)
    path = Path(name_or_path)
    if not path.exists():
        presets = ", ".join(PRESETS)
        raise SchemaRefused(name_or_path, [f"no such file, and no preset; presets are {presets}"])
    return load_schema(path)

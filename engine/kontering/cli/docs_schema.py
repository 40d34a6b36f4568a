"""`kontering docs schema`: a schema as a readable table, or the draft of a record schema from samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from kontering.cli import output
from kontering.cli.options import roots_here
from kontering.cli.samples import read_samples
from kontering.errors import Misuse
from kontering.mapping import schemas
from kontering.mapping.roots import Roots
from kontering.mapping.samples import schema_of
from kontering.project.project import schema as project_schema
from kontering.project.shape import resolved
from kontering.project.words import near_or_all

Schema = Mapping[str, Any]


@click.command("docs schema")
@click.argument("names", nargs=-1, metavar="[NAME | FILE…]")
@click.option(
    "--from",
    "sample_files",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder of samples: JSON, JSON Lines; may be given several times.",
)
@click.option("--list", "at", metavar="PATH", help="Where in a file the records are: `data`, `orders`.")
@click.option("--title", default="", help="The schema's title.")
@click.option("--accept", is_flag=True, help="Write guessed formats into the schema, not only beside it.")
@output.json_option
def command(
    names: tuple[str, ...],
    sample_files: tuple[Path, ...],
    at: str | None,
    title: str,
    accept: bool,
    as_json: bool,
) -> None:
    """Show a schema as a table, or draft one from samples.

    NAME is a record kind (woocommerce/order), a document (invoice), a payload (economic/draft-invoice) or `project`.
    With --from a JSON Schema of all samples is printed: types, what is always there, words where there are only a few.
    What a text may mean (an amount, a moment) stands beside it as a comment with the number of samples that say so and
    an example; a mapping sees it once its author has made it a `format`.

    \b
    Examples:
      kontering docs schema woocommerce/order
      kontering docs schema --from orders.json > schemas/records/till/sale.schema.json
      kontering docs schema --from samples/ --list orders --title "A sale at the till"
    """
    if not sample_files:
        _show(names, as_json=as_json)
        return
    files = [*sample_files, *map(Path, names)]
    records = [record for file in files for record in read_samples(file, at)]
    if not records:
        raise Misuse("There are no records in these files.")
    draft = schema_of(records, title, accept=accept)
    output.say(json.dumps(output.simple(draft), ensure_ascii=False, indent=2))
    told = "the guessed formats are in it: look at each" if accept else "what is guessed stands under $comment"
    output.note(f"{output.count(len(records), 'sample')} read; {told}")


def _show(names: tuple[str, ...], *, as_json: bool) -> None:
    if len(names) != 1:
        raise Misuse("Which schema? `kontering docs schemas` lists them; --from FILE drafts one from samples.")
    (name,) = names
    found = _find(name, roots_here())
    if as_json:
        output.write_json(found)
        return
    output.say(output.bold(f"{name}: {found.get('title', '')}".rstrip(": ")))
    if found.get("description"):
        output.say(str(found["description"]))
    output.say()
    output.table(("field", "type", "", "what it is"), list(_rows(found, found, "")))


def _find(name: str, roots: Roots) -> Schema:
    if name == "project":
        return project_schema()
    for kind, folder in schemas.FOLDERS.items():
        found = schemas.find_schema(kind, name.removeprefix(f"{folder}/"), roots)
        if found is not None:
            return found
    known = [one for kind in schemas.FOLDERS for one in schemas.schema_names(kind, roots)]
    raise Misuse(f"There is no schema {name!r}; {near_or_all(name, known, '`kontering docs schemas` lists them.')}")


def _rows(schema: Schema, root: Schema, before: str) -> Iterator[tuple[str, str, str, str]]:
    """Each field by its path; what is inside it stands below."""
    for name, part in schema.get("properties", {}).items():
        part = resolved(part, root)
        path = f"{before}{name}"
        needed = "required" if name in schema.get("required", ()) else ""
        yield path, _type(part), needed, _meaning(part)
        yield from _rows(part, root, f"{path}.")
        yield from _rows(resolved(part.get("items") or {}, root), root, f"{path}[].")


def _type(part: Schema) -> str:
    if words := _choices(part):
        return " | ".join(words) if len(words) <= FEW else "word"
    kinds = part.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    named = [*([part["format"]] if "format" in part else kinds), *(["null"] if "null" in kinds else [])]
    shown = " | ".join(dict.fromkeys(_WORDS.get(kind, kind) for kind in named)) or "any"
    return f"{shown}, at most {part['maxLength']}" if "maxLength" in part else shown


def _choices(part: Schema) -> list[str]:
    words = [part["const"]] if "const" in part else part.get("enum", ())
    return ["null" if word is None else str(word) for word in words]


def _meaning(part: Schema) -> str:
    """What the field is; many words stand here, where there is room for them."""
    words, said = _choices(part), str(part.get("description", ""))
    return f"{said}: {', '.join(words)}".removeprefix(": ") if len(words) > FEW else said


FEW = 3
_WORDS = {"object": "map", "array": "list", "string": "text", "number": "decimal"}

"""`kontering show`: a mapping with everything it extends, each line with the place where it was written."""

from __future__ import annotations

import click

from kontering.cli import output
from kontering.cli.options import roots_here
from kontering.mapping import accept
from kontering.mapping.load import load_mapping
from kontering.mapping.show import merged
from kontering.yaml.nodes import plain


@click.command("show")
@click.argument("mapping")
@click.option("--plain", "bare", is_flag=True, help="Only the merged file, without the places.")
@click.option("--generated", is_flag=True, help="The function that is generated from it and runs.")
@output.json_option
def command(mapping: str, bare: bool, generated: bool, as_json: bool) -> None:
    """Print a mapping with everything it extends, and where each line is from.

    MAPPING is a mapping's name, or its file. What is printed is a mapping file itself.

    \b
    Examples:
      kontering show shop/order-to-invoice
      kontering show woocommerce/order-to-invoice --plain
    """
    found = load_mapping(mapping, roots_here())
    if generated:
        function = accept.generated(found).function
        output.say(function.code.source.rstrip() if function else "# no function is generated: it is interpreted")
        return
    output.write_json(plain(found.file.merged)) if as_json else output.say(merged(found, origins=not bare).rstrip())

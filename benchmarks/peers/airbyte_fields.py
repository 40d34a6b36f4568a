"""Airbyte's declarative AddFields on the head of orders: a process of its own, asked for a round by a line.

Arguments: the orders (JSON Lines) and where the results go. It needs nothing of Kontering.
"""

from __future__ import annotations

import copy
import json
import sys
import time

from airbyte_cdk.sources.declarative.transformations.add_fields import AddedFieldDefinition, AddFields

FIELDS = {
    "number": "{{ record['number'] }}",
    "status": "{{ record['status'] }}",
    "currency": "{{ record['currency'] }}",
    "key": "order/{{ record['number'] }}",
    "first": "{{ record['billing']['first_name'] }}",
    "last": "{{ record['billing']['last_name'] }}",
    "name": "{{ record['billing']['first_name'] }} {{ record['billing']['last_name'] }}",
    "street": "{{ record['billing']['address_1'] }}",
    "postcode": "{{ record['billing']['postcode'] }}",
    "city": "{{ record['billing']['city'] }}",
    "country": "{{ record['billing']['country'] }}",
    "place": "{{ record['billing']['postcode'] }} {{ record['billing']['city'] }}",
    "email": "{{ record['billing']['email'] }}",
    "method": "{{ record['payment_method'] }}",
    "kind": "{{ 'member' if record['customer_id'] != 0 else 'guest' }}",
    "side": "{{ 'gross' if record['prices_include_tax'] else 'net' }}",
}


def main(orders: str, results: str) -> None:
    with open(orders, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    added = AddFields(
        fields=[
            AddedFieldDefinition(path=["out", name], value=value, value_type=str, parameters={})
            for name, value in FIELDS.items()
        ],
        parameters={},
    )
    for _ in sys.stdin:
        given = copy.deepcopy(records)
        began = time.perf_counter()
        for record in given:
            added.transform(record, config={})
        seconds = time.perf_counter() - began
        with open(results, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(record["out"]) + "\n" for record in given)
        sys.stdout.write(f"{seconds}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

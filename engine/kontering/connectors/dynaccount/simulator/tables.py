"""The tables as far as they are known: what may be sent, what the server owns, what a column refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. `refers`: column → (table, its column); `alone`: no two rows have the same."""

    columns: frozenset[str]
    owned: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    refers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    writes: bool = True


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ADDRESS = "name address zip city ref_country_name attention lang"
DELIVERY = "dlv_attention dlv_name dlv_address dlv_zip dlv_city dlv_ref_country_name dlv_phone dlv_email"
PARTY = (
    f"module_id_ module_group_name vatcode_name payment_name discount_percent payment_method bank_name {ADDRESS} "
    "attention_name attention_position attention_phone attention_email phone email email_invoice email_statement "
    f"vatno ean ean_contact ref_currency_name {DELIVERY} note credit_max "
    "invoicing_module_id_ invoicing_module_attention"
)
PARTY_REFERS = {
    "vatcode_name": ("vatcode", "name"),
    "payment_name": ("payment", "name"),
    "ref_currency_name": ("currency", "name"),
}
LINE_REFERS = {"vatcode_name": ("vatcode", "name"), "dimension_name": ("dimension", "name")}

TABLES: Mapping[str, Table] = {
    "account": Table(
        columns=_set(
            "account_id_ name type is_monitored vatcode_name sum_account_id_ ref_currency_name is_dimension "
            "accountoff_id_"
        ),
        owned=_set("id system module stock is_bank"),
        needs=_set("account_id_ name"),
        alone=_set("account_id_"),
        refers={"vatcode_name": ("vatcode", "name")},
    ),
    "vatcode": Table(
        columns=_set("name rate account_id_ type"), owned=_set("id"), needs=_set("name"), alone=_set("name")
    ),
    "currency": Table(columns=_set("name rate"), owned=_set("id"), needs=_set("name"), alone=_set("name")),
    "dimension": Table(columns=_set("name"), owned=_set("id"), needs=_set("name"), alone=_set("name")),
    "payment": Table(columns=_set("name days"), owned=_set("id"), needs=_set("name"), alone=_set("name")),
    "unit": Table(columns=_set("name"), owned=_set("id"), needs=_set("name")),
    "year": Table(columns=_set("name"), owned=_set("id is_closed time_start time_end enc_next_id_"), writes=False),
    "draft": Table(columns=_set("name"), owned=_set("id"), needs=_set("name"), alone=_set("name")),
    "enclosure": Table(
        columns=_set("time draft_id dimension_name enc_id_ txt note"),
        owned=_set("id is_booked system dimension_id balance_amount vat_amount profit_amount"),
        needs=_set("time draft_id"),
        refers={"draft_id": ("draft", "id"), "dimension_name": ("dimension", "name")},
    ),
    "accounting": Table(
        columns=_set(
            "enclosure_id type account_id_ accountoff_id_ vatcode_name dimension_name dimensionoff_name invoice_id_ "
            "invoice_time_due fi_payment_id_ currency_name amount currency_rate txt"
        ),
        owned=_set("id time bank_recon_id currency_amount is_readonly"),
        needs=_set("enclosure_id type amount"),
        amounts=_set("amount currency_rate"),
        refers={
            "enclosure_id": ("enclosure", "id"),
            "account_id_": ("account", "account_id_"),
            "currency_name": ("currency", "name"),
            **LINE_REFERS,
        },
    ),
    "debtor": Table(
        columns=_set(PARTY),
        owned=_set("id contact_id balance due is_blocked invoicing_module_name bs_mandate"),
        needs=_set("module_id_ module_group_name name"),
        alone=_set("module_id_"),
        refers={"module_group_name": ("debtor_group", "name"), **PARTY_REFERS},
    ),
    "debtor_group": Table(
        columns=_set("name payment_name vatcode_name ref_currency_name payment_method bank_name lang"),
        owned=_set("id"),
        needs=_set("name"),
        alone=_set("name"),
    ),
    "creditor": Table(
        columns=_set(PARTY),
        owned=_set("id balance vatno_validation"),
        needs=_set("module_id_ module_group_name name"),
        alone=_set("module_id_"),
        refers={"module_group_name": ("creditor_group", "name"), **PARTY_REFERS},
    ),
    "creditor_group": Table(columns=_set("name"), owned=_set("id"), needs=_set("name"), alone=_set("name")),
    "product_group": Table(columns=_set("name account_id_"), owned=_set("id"), needs=_set("name"), alone=_set("name")),
    "product": Table(
        columns=_set("product_id_ name txt product_group_name price unit_name"),
        owned=_set(
            "id block_id type product_group_id in_stock in_order in_supplier_order time_stock_change is_stocked "
            "profit_ratio price_cost"
        ),
        needs=_set("product_id_ name"),
        alone=_set("product_id_"),
        amounts=_set("price"),
        refers={"product_group_name": ("product_group", "name")},
    ),
    "debtor_order": Table(
        columns=_set(
            "module_id_ dimension_name time currency_name time_delivery discount_percent requisition txt "
            f"{ADDRESS} {DELIVERY}"
        ),
        owned=_set(
            "id is_approved is_invoiced module_id order_id_ is_seen vat_amount total_amount total_weight profit_amount"
        ),
        needs=_set("module_id_ time"),
        refers={"module_id_": ("debtor", "module_id_"), "currency_name": ("currency", "name")},
    ),
    "debtor_order_product": Table(
        columns=_set("order_id product_id_ vatcode_name product_type qty discount_type discount_value price name txt"),
        owned=_set("id product_id qty_invoiced is_list_listing is_list_pricing vat_amount total_amount total_weight"),
        needs=_set("order_id qty price name"),
        amounts=_set("qty price discount_value"),
        refers={
            "order_id": ("debtor_order", "id"),
            "product_id_": ("product", "product_id_"),
            "vatcode_name": ("vatcode", "name"),
        },
    ),
}

# Orders with their lines, text to text.
def vat: [.taxes[] | select(.total != "") | .total | tonumber] | add // 0;
def taxes($rates): [.taxes[] | select(.total != "") | {rate: $rates[(.id | tostring)], vat: (.total | tonumber)}];

. as $order
| (.tax_lines | map({key: (.rate_id | tostring), value: .rate_percent}) | from_entries) as $rates
| {
    number, status, currency, key: "order/\(.number)",
    first: .billing.first_name, last: .billing.last_name,
    name: "\(.billing.first_name) \(.billing.last_name)",
    street: .billing.address_1, postcode: .billing.postcode, city: .billing.city, country: .billing.country,
    place: "\(.billing.postcode) \(.billing.city)", email: .billing.email, method: .payment_method,
    kind: (if .customer_id != 0 then "member" else "guest" end),
    side: (if .prices_include_tax then "gross" else "net" end),
    vat: (.total_tax | tonumber), gross: (.total | tonumber),
    lines: ([.line_items[] | {
      id: (.id | tostring), kind: (if .variation_id != 0 then "variation" else "product" end),
      name, quantity,
      amount: ((.total | tonumber) + vat), discount: ((.subtotal | tonumber) - (.total | tonumber)), vat: vat,
      text: "\(.quantity) x \(.name)", taxes: taxes($rates)
    } + (if (.sku // "") != "" then {sku} else {} end)] + [.shipping_lines[] | select((.total | tonumber) != 0) | {
      id: (.id | tostring), kind: "shipping", name: .method_title, quantity: 1,
      amount: ((.total | tonumber) + vat), vat: vat,
      text: "Shipping: \(.method_title)", taxes: taxes($rates)
    }])
  }

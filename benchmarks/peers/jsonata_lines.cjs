// JSONata in node on orders with their lines: a process of its own, asked for a round by a line.
// Arguments: the orders (JSON Lines) and where the results go.
const fs = require("fs");
const readline = require("readline");
const jsonata = require("jsonata");

const expression = jsonata(`(
  $order := $;
  {
    "number": number, "status": status, "currency": currency, "key": "order/" & number,
    "first": billing.first_name, "last": billing.last_name,
    "name": billing.first_name & " " & billing.last_name,
    "street": billing.address_1, "postcode": billing.postcode, "city": billing.city, "country": billing.country,
    "place": billing.postcode & " " & billing.city, "email": billing.email, "method": payment_method,
    "kind": customer_id != 0 ? "member" : "guest", "side": prices_include_tax ? "gross" : "net",
    "vat": $number(total_tax), "gross": $number(total),
    "lines": $append(
      [line_items.{
        "id": $string(id), "kind": variation_id != 0 ? "variation" : "product",
        "sku": sku != "" ? sku, "name": name, "quantity": quantity,
        "amount": $number(total) + $sum([0, taxes[total != ""].$number(total)]),
        "discount": $number(subtotal) - $number(total),
        "vat": $sum([0, taxes[total != ""].$number(total)]),
        "text": $string(quantity) & " x " & name,
        "taxes": [taxes[total != ""].(
          $id := id;
          {"rate": $order.tax_lines[rate_id = $id].rate_percent, "vat": $number(total)}
        )]
      }],
      [shipping_lines[$number(total) != 0].{
        "id": $string(id), "kind": "shipping", "name": method_title, "quantity": 1,
        "amount": $number(total) + $sum([0, taxes[total != ""].$number(total)]),
        "vat": $sum([0, taxes[total != ""].$number(total)]),
        "text": "Shipping: " & method_title,
        "taxes": [taxes[total != ""].(
          $id := id;
          {"rate": $order.tax_lines[rate_id = $id].rate_percent, "vat": $number(total)}
        )]
      }]
    )
  }
)`);

const [orders, results] = process.argv.slice(2);
const records = fs.readFileSync(orders, "utf8").trim().split("\n").map((line) => JSON.parse(line));

readline.createInterface({ input: process.stdin }).on("line", async () => {
  const made = [];
  const began = process.hrtime.bigint();
  for (const record of records) made.push(await expression.evaluate(record));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  fs.writeFileSync(results, made.map((each) => JSON.stringify(each) + "\n").join(""));
  console.log(seconds);
});

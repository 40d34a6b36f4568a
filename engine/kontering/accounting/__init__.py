"""What a sale, a bill, a payout or a bank line means in the books: pure, typed, with reasons a bookkeeper can read."""

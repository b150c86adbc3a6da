"""What commands share: how they speak, what memory they may take, where they may write, how they end."""

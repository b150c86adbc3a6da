"""Addresses that several data sets share."""

TEXTBOOK = "https://d2l-data.s3-accelerate.amazonaws.com/"

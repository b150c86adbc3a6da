"""Addresses that several data sets share."""

D2L = "https://d2l-data.s3-accelerate.amazonaws.com/"

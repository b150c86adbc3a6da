"""How text becomes batches of numbers (textbook sections 9.2, 9.3 and 10.5)."""

"""With and without random changes of the training pictures."""

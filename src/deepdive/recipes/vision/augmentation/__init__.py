"""With and without augmentation of the training images."""

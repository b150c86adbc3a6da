"""What layers that read sequences cost."""

"""What a trained run is given to predict: files, folders, or what a program has in memory."""

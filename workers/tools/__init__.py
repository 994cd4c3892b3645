"""What the model can do: one tool a file, with what the model reads of it; `toolbox` runs them."""

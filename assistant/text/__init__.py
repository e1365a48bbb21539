"""What is known about English text alone: its sentences, words, numbers and names."""

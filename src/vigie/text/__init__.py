"""Text mechanics without knowledge of drugs: folding, repair, sentences, language."""

"""Records that pass between stages. They hold no behaviour beyond their own validity."""

"""Adversarial texts for the redactor, generated: contact kinds × disguises × carriers, in French and English."""

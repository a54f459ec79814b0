"""Vigie: an observatory of drug markets for public health."""

__version__ = "0.1.0"

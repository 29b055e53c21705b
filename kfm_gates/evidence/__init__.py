"""Strict reading: bytes in, evidence or a reason out. Nothing here judges what it reads."""

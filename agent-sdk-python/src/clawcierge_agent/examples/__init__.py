"""Agents to read, and to begin with."""

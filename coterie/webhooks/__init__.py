"""Sends messages to webhooks."""

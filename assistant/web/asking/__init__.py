"""Asking: chats, answers and drafts."""

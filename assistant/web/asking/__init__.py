"""The tabs Ask and Chats."""

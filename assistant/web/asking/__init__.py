"""The Ask and Chats tabs."""

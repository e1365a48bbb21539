"""The MCP server: the library for chat clients and editors, over stdin and stdout (docs/mcp.md)."""

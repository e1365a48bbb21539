"""The HTTP API: the library as JSON, and as a model for chat clients (docs/http.md)."""

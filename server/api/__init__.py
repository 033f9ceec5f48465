"""The only floor that knows HTTP and WebSocket."""

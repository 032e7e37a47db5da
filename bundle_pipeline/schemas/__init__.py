"""Every frame that crosses a room's border, declared once."""

"""Every JSON shape, both directions. The generated documents are made from these same structs."""

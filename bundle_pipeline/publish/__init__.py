"""Ranked bundles become what others read: the published frame, a JSON document and a CSV export."""

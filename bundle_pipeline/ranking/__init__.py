"""Priced bundles pass gates and a choice; every candidate ends ranked or dropped, with a reason."""

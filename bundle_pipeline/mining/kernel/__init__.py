"""The compiled counting kernel: one C file without dependencies, called through ctypes.

``hatch_build.py`` compiles it when the package is installed. ``library`` loads it, ``item_stream``
lays a shop's baskets out for it, ``rows`` lets threads count.
"""

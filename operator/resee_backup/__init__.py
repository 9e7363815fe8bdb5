"""Backups of Resee's database that are proved: dumped whole or not at all, read back, restored in drills.

A command of the image is one module (`dump`, `verify`, `restore`, `swap`, `drill`, `prune`); `cli` joins them
to the environment. `destination` knows where bytes lie, `catalogue` which of them are a backup.
"""

__version__ = "0.1.0"

"""The cluster as the engine sees it: one interface, the real client, its fake, and the Lease.

Only this package imports `kubernetes` and `aiohttp`. Nothing here knows what a ReseeDeployment means.
"""

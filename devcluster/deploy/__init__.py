"""From a checkout to a running Resee: images, cluster, chart, example, and a wait that gives its reasons.

``road`` is the whole way, run by ``devcluster deploy``; ``chart`` is helm's part of it, ``example`` the
ReseeDeployment and the wait for it.
"""

"""`devcluster monitoring`: Prometheus, Alertmanager, their operator and a metrics adapter in a cluster.

What a production cluster has from kube-prometheus-stack and prometheus-adapter, built from Go modules, so
that what Resee's operator writes for them is read by the real ones. `images` builds, `stack` installs.
"""

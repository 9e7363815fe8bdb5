"""How what should exist comes to exist: one module for each step of a pass, in the order of a change.

queue -> cache -> snapshot -> (parse, resolve, objects) -> diff -> gates -> apply -> status, called by
reconcile. Nothing here imports kopf or kubernetes: the cluster is `kube.api.KubeApi`.
"""

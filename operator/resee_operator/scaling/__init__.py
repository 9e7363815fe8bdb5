"""How many Pods: the part of the rule that a HorizontalPodAutoscaler cannot say. docs/autoscaling.md has the
whole.

rule.py decides (pure), history.py remembers, measures.py reads metrics, autoscaler.py goes round and writes.
"""

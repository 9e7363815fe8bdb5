"""A week of load at a faster clock: the rule against a plain HorizontalPodAutoscaler at 50, 70 and 90 %.

load.py is the curve, model.py the Pods, hpa.py and ours.py decide, week.py runs, plot.py draws.
"""

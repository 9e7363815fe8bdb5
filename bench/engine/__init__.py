"""The reconcile engine, measured on a real API server beside what it is compared with."""

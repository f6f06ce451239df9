"""Every fit as a run of an MLflow tracking store, if `tracking` names one; see docs/tracking.md.

MLflow is imported in `store.py` only, and that only if a run asks for it.
"""

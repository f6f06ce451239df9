"""Fits on the workers of a Dask cluster: processes of this machine, or those of any scheduler.

A worker imports this before anything is trained, so nothing here imports TensorFlow at the top.
"""

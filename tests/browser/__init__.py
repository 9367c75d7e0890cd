"""Tests in a real Chromium: JupyterLab as `run.py lab` starts it, offline."""

"""Corners of the parameters of robust losses; those of hampel ascend in every pair."""

SETTINGS = {
    "ramsay.a": [1.5, 1e-160, 1e160],
    "hampel.a": [0.3, 1e-160, 1e-320],
    "hampel.b": [3.0, 2.0],
    "hampel.c": [4.5, 1e160, 1e308],
    "wing.width": [3.0, 1e-160, 1e308],
    "wing.epsilon": [0.5, 1e-320, 1e160],
}

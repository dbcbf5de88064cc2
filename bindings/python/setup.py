# SPDX-License-Identifier: Apache-2.0
from setuptools import setup

# One wheel serves this version of Python and all later ones.
setup(
    cffi_modules=["build_tacit.py:ffi"],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)

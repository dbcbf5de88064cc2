# SPDX-License-Identifier: Apache-2.0
"""What cffi compiles: tacit._tacit, against the headers that pkg-config finds."""

import os
import pathlib

import cffi
from cffi import pkgconfig

here = pathlib.Path(__file__).parent
ffi = cffi.FFI()
ffi.cdef((here / "tacit.cdef").read_text())

# An installation outside the system's directories is found again when it runs.
flags = pkgconfig.flags_from_pkgconfig(["tacit"])
flags["library_dirs"] = [os.path.realpath(d) for d in flags["library_dirs"]]
flags["runtime_library_dirs"] = flags["library_dirs"]
# What is declared otherwise than in the header does not build.
flags["extra_compile_args"] += [
    "-Werror=int-conversion",
    "-Werror=incompatible-pointer-types",
]
ffi.set_source("tacit._tacit", "#include <tacit/tacit.h>", **flags)

if __name__ == "__main__":
    ffi.compile(verbose=True)

# SPDX-License-Identifier: Apache-2.0
# Compiled by cffi; what comes out of it is typed by the modules that call it.
from typing import Any

ffi: Any
lib: Any

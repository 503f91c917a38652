#!/usr/bin/python3
"""The copies of the kernel for one instruction set each are whole: from the rest of the program they use the registry's tables,
the allocation of memory (never within a world) and the C library. A file missing from a copy would play its part of every world
in the slowest one."""

import pathlib
import subprocess
import sys

program, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1]).parent
copies = sorted((build / "src").glob("kernel_v?.o"))
if not copies:
    print("skipped: this build has one copy of the kernel (sanitizers, Debug, other processors)")
    sys.exit(77)
TABLES = {"qd_doctrine_fields", "qd_doctrine_table", "qd_parameter_name", "qd_parameter_count", "qd_plugin_in_use"}
MEMORY = {"qd_new", "qd_new_aligned"}
for copy in copies:
    listed = subprocess.run(["nm", "--undefined-only", copy], check=True, capture_output=True, text=True).stdout.split()
    taken = {name for name in listed if name.startswith("qd_")}
    assert taken <= TABLES | MEMORY, f"{copy.name} takes {sorted(taken - TABLES - MEMORY)} from the rest of the program"
    shown = subprocess.run(["nm", "--extern-only", "--defined-only", copy], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in shown.splitlines()}
    assert names == {f"qd_kernel_{copy.stem[-2:]}"}, f"{copy.name} shows {sorted(names)}"
print(f"{len(copies)} copies, whole")

#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the processor time [s] that the process BENCH_PID has used, as a number and its divisor. Other processes do not change it.
echo # the simulator's progress has no end of line
if [ -r "/proc/$BENCH_PID/schedstat" ]; then
    echo "cpu $(cut -d ' ' -f 1 "/proc/$BENCH_PID/schedstat") 1e9"
else
    echo "cpu $(cut -d ' ' -f 14 "/proc/$BENCH_PID/stat") $(getconf CLK_TCK)"
fi

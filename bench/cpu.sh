#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the processor time that the process BENCH_PID has used, in s: what a simulation costs however busy the machine.
echo # progress of the simulator stands on the line without an end
if [ -r "/proc/$BENCH_PID/schedstat" ]; then
    echo "cpu $(cut -d ' ' -f 1 "/proc/$BENCH_PID/schedstat") 1e9"
else
    echo "cpu $(cut -d ' ' -f 14 "/proc/$BENCH_PID/stat") $(getconf CLK_TCK)"
fi

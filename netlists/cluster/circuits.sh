#!/bin/sh
# Monte Carlo of a circuit in ngspice: each task simulates the write of an array with another seed, for the cells and the bits. It
# keeps one row: the seed, the number of cells, how many bits are wrong.
# On a cluster with Slurm:      sbatch --array=1-100 circuits.sh
# On one machine, GNU parallel: parallel -j 2 TASK={} ./circuits.sh ::: $(seq 100)
# Then:                         cat run_*.csv
# A task that is started again leaves a row that is there as it is. OPTIONS: of `synaptogen netlist crossbar`. NGSPICE: another
# program than ngspice.
set -e
seed=$(expr "${SLURM_ARRAY_TASK_ID:-$TASK}" + 0) || [ "$seed" = 0 ] # 08 is no number of printf
run=run_$(printf %04d "$seed")
[ -s "$run.csv" ] && exit
# shellcheck disable=SC2086
synaptogen netlist crossbar --pattern random --seed "$seed" ${OPTIONS:---rows 16 --cols 16 --r-wl 2 --r-bl 2} -o "$run.cir"
"${NGSPICE:-ngspice}" -b "$run.cir" >"$run.log" 2>&1 || { echo "circuits.sh: ngspice has failed; see $run.log" >&2; exit 1; }
awk -v seed="$seed" '/cells written/ { n = $3 } /wrong bits/ { print seed "," n "," $3 }' "$run.log" >"$run.new"
[ -s "$run.new" ] || { echo "circuits.sh: no number of wrong bits in $run.log" >&2; exit 1; }
mv "$run.new" "$run.csv" && rm -f "$run.cir" "$run.log" "$run.map"

#!/bin/sh
# A hundred million cells, programmed in tasks that know nothing of each other; the joined files are those of one run.
# On a cluster with Slurm:      sbatch --array=1-8 cells.sh 8
# On one machine, GNU parallel: parallel -j 2 TASK={} ./cells.sh 8 ::: 1 2 3 4 5 6 7 8
# Then:                         synaptogen join weights.?.state -o weights.state
# A task that is started again does only what is not done yet. CELLS: another number of cells.
set -e
cells=${CELLS:-100000000}
part=${SLURM_ARRAY_TASK_ID:-$TASK}/$1
[ -s targets.npy ] || [ -s targets.csv ] || { echo "expected targets.npy or targets.csv, with a conductance in S for each cell"; exit 2; }
targets=$(ls targets.npy targets.csv 2>/dev/null | head -n 1)
synaptogen program --targets "$targets" --seed 1 --part "$part" -o weights.%.state
synaptogen sample --cells "$cells" --cycles 1 --seed 1 --part "$part" -o features.%.npy

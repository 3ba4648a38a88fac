#!/bin/sh
# A sweep: seeds x sizes x ohm per segment, one point for each task: how many bits a half-select write gets wrong.
# On a cluster with Slurm:      sbatch --array=1-27 sweep.sh
# On one machine, GNU parallel: parallel -j 2 TASK={} ./sweep.sh ::: $(seq 27)
# Then:                         cat point.*.csv
# A task that is started again leaves a point that is there as it is.
set -e
task=$(expr "${SLURM_ARRAY_TASK_ID:-$TASK}" + 0) || { echo "expected a task from 1 to 27"; exit 2; }
point=$((task - 1))
seed=$((point % 3 + 1))
size=$((16 << point / 3 % 3))
ohm=$(echo 0 1 5 | cut -d ' ' -f $((point / 9 + 1)))
result=point.$(printf %02d "$task").csv
[ -s "$result" ] && exit
synaptogen crossbar write --rows $size --cols $size --pattern random --seed $seed --r-wl "$ohm" --r-bl "$ohm" -o "point.$task.state" \
    >"$result.part"
sed -n "2s/^/$seed,$size,$ohm,/p" "$result.part" >"$result.new"
mv "$result.new" "$result"
rm "$result.part" "point.$task.state"

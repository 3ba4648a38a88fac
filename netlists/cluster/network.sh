#!/bin/sh
# A layer of a network on tiles, one for each task: 96 tiles of 1024 x 1024 are a hundred million cells. Tile T has its conductances
# in S in weights.T.npy, a row for each output, and the voltages of its inputs in inputs.T.npy, a row for each product.
# On a cluster with Slurm:      sbatch --array=1-96 network.sh
# On one machine, GNU parallel: parallel -j 2 TASK={} ./network.sh ::: $(seq 96)
# Then, for tiles that share their outputs: synaptogen join --add currents.*.npy -o currents.npy
# A task that is started again does only what is not done yet. BANDWIDTH: of the noise of a read, Hz.
set -e
tile=${SLURM_ARRAY_TASK_ID:-$TASK}
[ -s "tile.$tile.state" ] || synaptogen program --targets "weights.$tile.npy" --seed "$tile" --storage compact -o "tile.$tile.state" --report "tile.$tile.csv"
[ -s "currents.$tile.npy" ] ||
    synaptogen vmm "tile.$tile.state" --voltages "inputs.$tile.npy" --bandwidth "${BANDWIDTH:-0}" -o "currents.$tile.npy"

#!/bin/sh
# SPDX-License-Identifier: MIT
# crossbars.sh NAME...: writes the crossbar NAME.cir into the current folder, --large those that take megabytes.
# SYNAPTOGEN is the command, LIBRARY what the netlists shall include, if not what the command finds.
here=$(dirname "$0")
large="crossbar_write_256 crossbar_write_256_tile crossbar_write_256_array crossbar_write_256_tile_1ohm
crossbar_write_256_array_1ohm crossbar_read_1024 crossbar_read_1024_tile crossbar_read_1024_array
crossbar_read_1024_tile_1ohm crossbar_read_1024_array_1ohm"

make_netlist() { # NAME ARGUMENT...
    name=$1
    shift
    "${SYNAPTOGEN:-synaptogen}" netlist crossbar "$@" --seed 1 ${LIBRARY:+--library "$LIBRARY"} -o "$name.cir"
}

[ "$*" != --large ] || set -- $large
for name; do
    case $name in
        *_tile*) cells=tile ;;
        *_array*) cells=array ;;
        *) cells=discrete ;;
    esac
    case $name in
        *_1ohm) wires="--r-wl 1 --r-bl 1" ;;
        *) wires= ;;
    esac
    case $name in
        crossbar_16x16) make_netlist "$name" --pattern "$here/pattern.txt" --v-set -1.1 --picture ;;
        crossbar_full_16x16) make_netlist "$name" --pattern "$here/pattern.txt" --cells 1t1r --picture ;;
        crossbar_1t1r_64) make_netlist "$name" --rows 64 --cols 64 --cells 1t1r --driver 50 ;;
        crossbar_write_256*) make_netlist "$name" --rows 256 --cols 256 --cells $cells $wires ;;
        crossbar_read_1024*) make_netlist "$name" --mode read --rows 1024 --cols 1024 --cells $cells $wires ;;
        *)
            echo "crossbars.sh: expected crossbar_16x16, crossbar_full_16x16, crossbar_1t1r_64 or one of" $large "found $name" >&2
            exit 2
            ;;
    esac || exit
done

#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` puts in place works from there: library, command, plug-in, netlists.
. "$srcdir/tests/tap.sh"
prefix=$tmp/installed
check "make install succeeds" make -C "$builddir" -s install prefix="$prefix" exec_prefix="$prefix" \
    libdir="$prefix/lib" bindir="$prefix/bin" includedir="$prefix/include" datarootdir="$prefix/share" datadir="$prefix/share"
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
LD_LIBRARY_PATH=$prefix/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PKG_CONFIG_PATH LD_LIBRARY_PATH
sed -i "s|^prefix=.*|prefix=$prefix|" "$prefix/lib/pkgconfig/synaptogen.pc"

cat >"$tmp/host.c" <<'EOC'
#include <stdio.h>
#include <synaptogen/synaptogen.h>

int main(void)
{
    static syn_params params;
    syn_model *model;
    syn_cell cell;
    if (syn_params_default(&params, NULL) || syn_model_create(&params, 0, &model, NULL) ||
        syn_cell_init(model, 1, 0, NULL, &cell, NULL))
        return 1;
    printf("%.17g\n", cell.now.y[SYN_U_SET]);
    syn_model_free(model);
    return 0;
}
EOC
compiles() {
    # shellcheck disable=SC2046
    ${CC:-cc} $SANITIZE -o "$tmp/host" "$tmp/host.c" $(pkg-config --cflags --libs synaptogen)
}
check "a program compiles with pkg-config --cflags --libs synaptogen" compiles
same_device() {
    u_set=$("$tmp/host") &&
        "$prefix/bin/synaptogen" sample --seed 1 | awk -F, -v u="$u_set" 'NR == 2 { exit !($5 + 0 == u + 0) }'
}
check "program and installed command draw the same device" same_device
netlist_runs() {
    cd "$tmp" && "$NGSPICE" -b "$prefix/share/synaptogen/netlists/crossbar_16x16.cir" >log 2>&1 </dev/null &&
        PATH=$prefix/bin:$PATH sh "$prefix/share/synaptogen/netlists/crossbar_report.sh" crossbar_16x16 1.1 1 |
        grep 'currents off the prediction 0 '
}
case $prefix in
    *[A-Z]*) synaptogen_cm=$prefix/lib/synaptogen/synaptogen.cm && export synaptogen_cm ;;
esac
check "an installed netlist runs with the installed plug-in" netlist_runs
check "make uninstall leaves no file" sh -c "make -C '$builddir' -s uninstall prefix='$prefix' exec_prefix='$prefix' \
    libdir='$prefix/lib' bindir='$prefix/bin' includedir='$prefix/include' datarootdir='$prefix/share' \
    datadir='$prefix/share' && ! find '$prefix' -type f | grep ."
finish

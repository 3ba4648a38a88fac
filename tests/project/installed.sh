#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` puts in place works from there: library, command, plug-in, netlists.
. "$srcdir/tests/support/tap.sh"
prefix=$tmp/installed
check "make install succeeds" make -C "$builddir" -s install prefix="$prefix" exec_prefix="$prefix" \
    libdir="$prefix/lib" bindir="$prefix/bin" includedir="$prefix/include" datarootdir="$prefix/share" datadir="$prefix/share"

# What belongs there, one path a line: from the source tree where a folder of it is installed whole.
belongs() {
    cd "$srcdir" || return 1
    printf '%s\n' bin/synaptogen lib/libsynaptogen.la lib/libsynaptogen.so lib/libsynaptogen.so.0 \
        lib/libsynaptogen.so.0.0.0 lib/pkgconfig/synaptogen.pc lib/synaptogen/synaptogen.cm lib/synaptogen/synaptogen.la
    ls lib/synaptogen | sed 's|^|include/synaptogen/|'
    printf 'share/man/%s\n' man1/synaptogen.1 man7/synaptogen-codemodels.7
    ls lib/cli | sed -n 's|^cmd_\(.*\)\.c$|share/man/man1/synaptogen-\1.1|; y|_|-|; /^share.man/p'
    echo share/bash-completion/completions/synaptogen
    printf 'share/doc/synaptogen/%s\n' README.md CHANGES LICENSE CITATION.cff params/SOURCES.md docs/*.md \
        bench/report/report.md $(pictures)
    printf 'share/synaptogen/%s\n' params/SOURCES.md params/hfo2-1t1r.json netlists/*.cir netlists/*.gp \
        netlists/crossbars.sh netlists/pattern.txt netlists/plot.sh netlists/synaptogen.lib netlists/cells_256.inc \
        netlists/crossbar_16x16.cir netlists/crossbar_full_16x16.cir netlists/crossbar_1t1r_64.cir
}
# The pictures that the installed texts show, as paths in the source tree.
pictures() {
    for text in README.md docs/*.md bench/report/report.md; do
        grep -o '([^()]*\.png)' "$text" | tr -d '()' | while read -r link; do
            realpath --relative-to=. "$(dirname "$text")/$link"
        done
    done | sort -u
}
(belongs) | sort -u >"$tmp/belongs"
(cd "$prefix" && find . ! -type d) | sed 's|^\./||' | sort >"$tmp/installed.list"
check "every file is installed, and nothing else" diff "$tmp/belongs" "$tmp/installed.list"

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
    if (syn_params_default(&params, NULL) || syn_model_create(&params, NULL, &model, NULL) ||
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
    cd "$tmp" && "$NGSPICE" -b "$prefix/share/synaptogen/netlists/crossbar_16x16.cir" >run.log 2>&1 </dev/null && cat run.log &&
        grep '^  wrong bits  *0$' run.log
}
generated_runs() {
    cd "$tmp" && PATH=$prefix/bin:$PATH && synaptogen netlist crossbar --rows 3 --cols 2 -o made.cir &&
        grep "^.include $prefix/share/synaptogen/netlists/synaptogen.lib" made.cir &&
        "$NGSPICE" -b made.cir >run.log 2>&1 </dev/null && cat run.log && grep '^  wrong bits  *0$' run.log
}
case $prefix in
    *[A-Z]*) synaptogen_cm=$prefix/lib/synaptogen/synaptogen.cm && export synaptogen_cm ;;
esac
check "an installed netlist runs with the installed plug-in" netlist_runs
check "a netlist that the installed command writes runs with it as well" generated_runs
pages() {
    [ "$(ls "$prefix"/share/man/man1/synaptogen*.1 | wc -l)" -eq 15 ] && [ -s "$prefix/share/man/man7/synaptogen-codemodels.7" ] &&
        "$prefix/bin/synaptogen" --man crossbar read | cmp - "$prefix/share/man/man1/synaptogen-crossbar-read.1"
}
check "manual pages of the command and of every subcommand are installed" pages
check "the completion of bash is installed" grep -q '^complete -F _synaptogen synaptogen' \
    "$prefix/share/bash-completion/completions/synaptogen"
check "make uninstall leaves no file" sh -c "make -C '$builddir' -s uninstall prefix='$prefix' exec_prefix='$prefix' \
    libdir='$prefix/lib' bindir='$prefix/bin' includedir='$prefix/include' datarootdir='$prefix/share' \
    datadir='$prefix/share' && test -d '$prefix' && ! find '$prefix' ! -type d | grep ."
finish

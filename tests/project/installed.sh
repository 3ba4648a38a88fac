#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make install` puts in place works from there: library, command, plug-in, netlists.
. "$srcdir/tests/support/tap.sh"
prefix=$tmp/Installed # ngspice changes many paths to lower case
install() {
    make -C "$builddir" -s install prefix="$prefix" exec_prefix="$prefix" libdir="$prefix/lib" bindir="$prefix/bin" \
        includedir="$prefix/include" datarootdir="$prefix/share" datadir="$prefix/share" >"$tmp/said"
}
check "make install succeeds" install

ngspice=$(sed -n 's/^NGSPICE_VERSION = //p' "$builddir/Makefile")

# What belongs there, one path a line: from the source tree where a folder of it is installed whole.
belongs() {
    cd "$srcdir" || return 1
    printf '%s\n' bin/synaptogen lib/libsynaptogen.so lib/libsynaptogen.so.0 \
        lib/libsynaptogen.so.0.0.0 lib/pkgconfig/synaptogen.pc lib/synaptogen/synaptogen.cm \
        "lib/synaptogen/ngspice-$ngspice/synaptogen.cm"
    ls lib/synaptogen | sed 's|^|include/synaptogen/|'
    printf 'share/man/%s\n' man1/synaptogen.1 man7/synaptogen-codemodels.7
    ls lib/cli | sed -n 's|^cmd_\(.*\)\.c$|share/man/man1/synaptogen-\1.1|; y|_|-|; /^share.man/p'
    echo share/bash-completion/completions/synaptogen
    printf 'share/doc/synaptogen/%s\n' README.md CHANGES LICENSE CITATION.cff params/SOURCES.md docs/*.md \
        lib/python/examples/*.py bench/report/report.md $(pictures)
    printf 'share/synaptogen/%s\n' params/SOURCES.md params/hfo2-1t1r.json netlists/*.cir netlists/*.gp \
        netlists/crossbars.sh netlists/pattern.txt netlists/plot.sh netlists/synaptogen.lib netlists/cells_256.inc \
        netlists/crossbar_16x16.cir netlists/crossbar_full_16x16.cir netlists/crossbar_1t1r_64.cir
    for f in netlists/xschem/* netlists/kicad/* netlists/cluster/*; do
        f=${f%.in}
        echo "share/synaptogen/${f#netlists/}"
    done
    [ -n "$NUMPY_MISSING" ] || python_package
    printf 'share/synaptogen/xschem/synaptogen_tile_%s.sym\n' 4x4 8x8
}
# Below the prefix the package is where Python looks, or where its version says.
python_folder=$(sed -n 's|^pythondir = ${prefix}/||p' "$builddir/Makefile")
python_package() {
    printf "$python_folder/synaptogen_c/%s\n" _abi.py libdir
    ls lib/python/synaptogen_c | grep -v -e __pycache__ -e _abi.py | sed "s|^|$python_folder/synaptogen_c/|"
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
only_programs_are_executable() {
    (cd "$prefix" && find . -type f -perm /111) | sort >"$tmp/executable"
    printf './%s\n' bin/synaptogen lib/libsynaptogen.so.0.0.0 share/synaptogen/cluster/cells.sh \
        share/synaptogen/cluster/circuits.sh share/synaptogen/cluster/network.sh share/synaptogen/cluster/sweep.sh share/synaptogen/netlists/crossbars.sh \
        share/synaptogen/netlists/plot.sh share/synaptogen/xschem/synaptogen_array \
        share/synaptogen/xschem/synaptogen_tile | diff - "$tmp/executable"
}
check "programs, scripts and the library are executable, and no other file" only_programs_are_executable

PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
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
    ${CC:-cc} $SANITIZE -o "$tmp/host" "$tmp/host.c" $(pkg-config --cflags --libs synaptogen) -Wl,-rpath,"$prefix/lib"
}
check "a program compiles with pkg-config --cflags --libs synaptogen" compiles
same_device() {
    u_set=$("$tmp/host") &&
        "$prefix/bin/synaptogen" sample --seed 1 | awk -F, -v u="$u_set" 'NR == 2 { exit !($5 + 0 == u + 0) }'
}
check "program and installed command draw the same device" same_device
# Without the variables of the build tree: a user's Python, which finds the installed library by itself.
package_draws() {
    (unset SYNAPTOGEN_LIBRARY && cd "$tmp" && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$prefix/$python_folder" "$PYTHON" -c '
import sys, synaptogen_c
assert synaptogen_c._library.PATH == sys.argv[1], synaptogen_c._library.PATH
print(synaptogen_c.Array(1, seed=1).features("u_set")[0, 0])
' "$prefix/lib/libsynaptogen.so.0") | awk -v u="$("$tmp/host")" '{ exit !(($1 / u - 1) ^ 2 < 1e-12) }'
}
if [ -z "$NUMPY_MISSING" ]; then
    check "the installed Python package draws the same device with the installed library" package_draws
else
    skip "the installed Python package draws the same device with the installed library" "$NUMPY_MISSING"
fi
netlist_runs() {
    cd "$tmp" && "$NGSPICE" -b "$prefix/share/synaptogen/netlists/crossbar_16x16.cir" >run.log 2>&1 </dev/null && cat run.log &&
        grep '^  wrong bits  *0$' run.log
}
generated_runs() {
    cd "$tmp" && PATH=$prefix/bin:$PATH && synaptogen netlist crossbar --rows 3 --cols 2 -o made.cir &&
        grep "^.include $prefix/share/synaptogen/netlists/synaptogen.lib" made.cir &&
        "$NGSPICE" -b made.cir >run.log 2>&1 </dev/null && cat run.log && grep '^  wrong bits  *0$' run.log
}
check "an installed netlist runs with the installed plug-in" netlist_runs
check "a netlist that the installed command writes runs with it as well" generated_runs
without_its_own() {
    cd "$prefix/lib/synaptogen" && mv "ngspice-$ngspice" ngspice-98.7 && mkdir ngspice-99 &&
        cp ngspice-98.7/synaptogen.cm ngspice-99/
    "$NGSPICE" -b "$prefix/share/synaptogen/netlists/iv_loop.cir" >"$tmp/run.log" 2>&1 </dev/null
    status=$?
    rm -r ngspice-99 && mv ngspice-98.7 "ngspice-$ngspice" && cat "$tmp/run.log" && [ $status -ne 0 ] &&
        grep "^synaptogen: this is ngspice $ngspice, and .*/ has plug-ins for 98.7, 99: build one" "$tmp/run.log"
}
check "where only other versions of ngspice have plug-ins, the message names them" without_its_own
# The plug-in looks for the texts of options in the simulator. Here that of an option is one that each simulator has.
another_option() {
    cd "$prefix/lib/synaptogen" && cp "ngspice-$ngspice/synaptogen.cm" "$tmp/kept.cm" &&
        sed -i 's/--enable-sense2/XSPICE extensio/' "ngspice-$ngspice/synaptogen.cm"
    "$NGSPICE" -b "$prefix/share/synaptogen/netlists/iv_loop.cir" >"$tmp/run.log" 2>&1 </dev/null
    status=$?
    cp "$tmp/kept.cm" "ngspice-$ngspice/synaptogen.cm" && cat "$tmp/run.log" && [ $status -ne 0 ] &&
        grep "^synaptogen: this plug-in was built for ngspice $ngspice.*; this is ngspice $ngspice.*: build it" \
            "$tmp/run.log"
}
check "where its own was built with other options, the message names them" another_option
pages() {
    [ "$(ls "$prefix"/share/man/man1/synaptogen*.1 | wc -l)" -eq 18 ] && [ -s "$prefix/share/man/man7/synaptogen-codemodels.7" ] &&
        "$prefix/bin/synaptogen" --man crossbar read | cmp - "$prefix/share/man/man1/synaptogen-crossbar-read.1"
}
check "manual pages of the command and of every subcommand are installed" pages
check "the completion of bash is installed" grep -q '^complete -F _synaptogen synaptogen' \
    "$prefix/share/bash-completion/completions/synaptogen"

# spiceinit N LINE...: with the N-th line that `make install` has named as a user's .spiceinit, a netlist of these lines gives
# the resistance that the command draws.
spiceinit() {
    mkdir -p "$tmp/home" && sed -n 's/^  //p' "$tmp/said" | sed -n "$1p" >"$tmp/home/.spiceinit" && shift || return 1
    { echo title && printf '%s\n' 'v1 te 0 0.2' "$@" .control op 'print v(te)/-i(v1)' .endc .end; } >"$tmp/start.cir"
    HOME=$tmp/home "$NGSPICE" -b "$tmp/start.cir" >"$tmp/start.log" 2>&1 </dev/null
    cat "$tmp/home/.spiceinit" "$tmp/start.log"
    "$prefix/bin/synaptogen" sample --name a1 --seed 7 >"$tmp/sample" &&
        sed -n 's|^v(te)/-i(v1) = ||p' "$tmp/start.log" | awk -F, 'FNR == NR { printed = $1; next }
            FNR == 2 { exit !((printed / 10 ^ $4 - 1) ^ 2 < 1e-10) }' - "$tmp/sample"
}
check "with the first line in .spiceinit a netlist needs no line to load the plug-in" spiceinit 1 \
    'a1 %gd(te 0) c' '.model c synaptogen(seed=7)'
check "with the second line in .spiceinit the library needs no path" spiceinit 2 '.include synaptogen.lib' \
    'a1 %gd(te 0) c' '.model c synaptogen(seed=7)'

# A copy of ngspice's folders: its start-up file and its code models, from which the copy of the file loads them.
scripts=$(cd "$tmp" && printf 'x\n.control\necho sourcepath $sourcepath\n.endc\n.end\n' >ask.cir && "$NGSPICE" -b ask.cir 2>&1 |
    tr -d '()' | awk '$1 == "sourcepath" { print $NF; exit }')
copy_ngspice() {
    mkdir "$tmp/cm" "$tmp/scripts" && cp "$scripts"/* "$tmp/scripts" &&
        cp "$(sed -n 's|^ *codemodel \(.*/\)analog.cm|\1|p' "$scripts/spinit")"* "$tmp/cm" &&
        sed "s|^\( *codemodel \).*/|\1$tmp/cm/|" "$scripts/spinit" >"$tmp/scripts/spinit" && cp -R "$tmp/scripts" "$tmp/before"
}
make_ngspice() { # TARGET ARGUMENT...
    make -C "$builddir" -s NGSPICE_SCRIPTS="$tmp/scripts" "$@"
}
netlist_without_line() {
    make_ngspice install-ngspice && make_ngspice install-ngspice || return 1
    printf '%s\n' title 'v1 te 0 0.2' 'a1 %gd(te 0) c' '.model c synaptogen(seed=7)' .include\ synaptogen.lib 'x1 te 0 reram seed=8' \
        .control op 'print v(te)/-i(v1) @a1[resistance] @a.x1.acell[resistance]' .endc .end >"$tmp/without.cir"
    SPICE_SCRIPTS=$tmp/scripts "$NGSPICE" -b "$tmp/without.cir" >"$tmp/without.log" 2>&1 </dev/null
    cat "$tmp/without.log"
    awk '/^v\(te\)\/-i/ { both = $3 } /resistance\] =/ { sum += 1 / $3; n++ } END { exit !(n == 2 && (both * sum - 1) ^ 2 < 1e-10) }' \
        "$tmp/without.log"
}
nothing_is_left() {
    make_ngspice uninstall-ngspice && make_ngspice uninstall-ngspice && diff -r "$tmp/before" "$tmp/scripts" &&
        test ! -e "$tmp/cm/synaptogen.cm" -a -e "$tmp/cm/analog.cm"
}
below_destdir() {
    mkdir -p "$tmp/dest$tmp/cm" "$tmp/dest$tmp/scripts" && cp "$tmp/before"/* "$tmp/dest$tmp/scripts" &&
        make_ngspice install-ngspice DESTDIR="$tmp/dest" && test -s "$tmp/dest$tmp/cm/synaptogen.cm" &&
        grep -q -x "codemodel $tmp/cm/synaptogen.cm" "$tmp/dest$tmp/scripts/spinit" && make_ngspice uninstall-ngspice DESTDIR="$tmp/dest" &&
        diff -r "$tmp/before" "$tmp/dest$tmp/scripts" && test ! -e "$tmp/dest$tmp/cm/synaptogen.cm"
}
if grep -q -s '^ *codemodel .*/analog.cm' "$scripts/spinit"; then
    check "a copy of ngspice's own folders is made" copy_ngspice
    check "after make install-ngspice a netlist has the models and the library without any line" netlist_without_line
    check "make uninstall-ngspice leaves spinit as it was, and no file" nothing_is_left
    check "make install-ngspice and make uninstall-ngspice keep to DESTDIR" below_destdir
else
    skip "make install-ngspice puts the plug-in beside ngspice's own" "this ngspice has no code models of its own"
fi

uninstall_leaves_nothing() {
    make -C "$builddir" -s uninstall prefix="$prefix" exec_prefix="$prefix" libdir="$prefix/lib" bindir="$prefix/bin" \
        includedir="$prefix/include" datarootdir="$prefix/share" datadir="$prefix/share" &&
        ! find "$prefix" -mindepth 1 | grep .
}
check "make uninstall leaves nothing below the prefix, no folder either" uninstall_leaves_nothing
finish

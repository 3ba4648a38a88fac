#!/bin/sh
# SPDX-License-Identifier: MIT
# What README and docs/ say is true: their commands, netlists and programs run and print what stands under them, their
# links lead somewhere, their tables name every parameter, and the messages under "Troubleshooting" are the real ones.
# Commands that set the project up are what runs this test, or tests/project/installed.sh; here only their names are checked.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
mkdir bin blocks xschem kicad
ln -s "$SYNAPTOGEN" bin/synaptogen
ln -s "$NGSPICE" bin/ngspice
ln -s "$builddir/netlists" netlists
for tree in "$srcdir" "$builddir"; do cp "$tree"/netlists/xschem/* xschem && cp "$tree"/netlists/kicad/* kicad; done
PATH=$tmp/bin:$PATH
pages="$srcdir/README.md $srcdir/docs/*.md"

# split PAGE: its fenced blocks as files blocks/NNN.LANGUAGE, in their order, with the library and the symbols of the build.
split() {
    rm -f blocks/*
    awk -v library="$builddir/netlists" -v symbols="$tmp" '
        /^```/ { inside = !inside; file = sprintf("blocks/%03d.%s", ++n, substr($0, 4)); next }
        inside {
            gsub("/usr/local/share/synaptogen/netlists", library)
            gsub("/usr/local/share/synaptogen", symbols)
            print >file
        }' "$1"
}

# Runs a command; what it prints goes to the file `printed` as well.
run() {
    "$@" >now 2>&1 </dev/null
    status=$?
    cat now >>printed
    cat now
    return $status
}

run_c() {
    # shellcheck disable=SC2086
    cp "$1" program.c && ${CC:-cc} $SANITIZE -Wall -Wextra -Werror -o program program.c -I"$srcdir/lib" \
        -L"$builddir/lib/.libs" -lsynaptogen && LD_LIBRARY_PATH=$builddir/lib/.libs run ./program
}

# The package synaptogen_c of both trees, with the library of the build.
mkdir -p package/synaptogen_c
for tree in "$srcdir" "$builddir"; do
    for file in "$tree"/lib/python/synaptogen_c/*.py; do ln -sf "$file" package/synaptogen_c; done
done
# A program of the package, or of libngspice: that beside the simulator comes first.
run_python() {
    if grep -q synaptogen_c "$1"; then
        run env PYTHONPATH="$tmp/package" SYNAPTOGEN_LIBRARY="$builddir/lib/.libs/libsynaptogen.so.0" PYTHONDONTWRITEBYTECODE=1 \
            "$PYTHON" "$1"
        return
    fi
    run env LD_LIBRARY_PATH="$(dirname "$NGSPICE")/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" python3 "$1"
}

run_netlist() {
    cp "$1" netlist.cir && run "$NGSPICE" -b netlist.cir && ! grep -i -E '^(error|warning)' now
}

# What a program of Python lacks: python3, a fitting libngspice, or the first of its modules that is not there.
python_lacks() {
    if grep -q synaptogen_c "$1"; then
        [ -z "$NUMPY_MISSING" ] || { echo NumPy; return; }
        sed -n 's/^\(import\|from\) \([A-Za-z0-9_]*\).*/\2/p' "$1" | grep -v synaptogen_c | while read -r module; do
            "$PYTHON" -c "import $module" 2>/dev/null || { echo "$module"; break; }
        done
        return
    fi
    command -v python3 >/dev/null || { echo python3; return; }
    [ -z "$LIBNGSPICE_MISSING" ] || { echo libngspice; return; }
    [ -z "$SANITIZE" ] || { echo 'sanitizer in python3'; return; }
    sed -n 's/^\(import\|from\) \([A-Za-z0-9_]*\).*/\2/p' "$1" | while read -r module; do
        python3 -c "import $module" 2>/dev/null || { echo "$module"; break; }
    done
}

# prints EXPECTED: each of its lines is among those printed; figures may differ by 1 %, for an array's cells are computed
# in single precision by whatever kernel the processor has.
prints() {
    awk 'function near(a, b) { return a == b || (a + 0 != 0 && b + 0 != 0 && (a - b) ^ 2 < (0.01 * b) ^ 2) }
        FNR == NR { line[++n] = $0; next }
        {
            for (k = 1; k <= n; k++) {
                fields = split(line[k], seen)
                for (f = 1; f <= NF && fields == NF && near(seen[f], $f); f++) continue
                if (f > NF) next
            }
            print "not printed: " $0
            missing = 1
        }
        END { exit missing }' printed "$1"
}

# What follows a tool that is not installed is left out, up to the end of the block and of its output.
command_line() {
    set -- "$1" "$2" "${2%% *}"
    case $3 in
        kicad-cli) command -v kicad-cli >/dev/null || missing=kicad-cli ;;
        # xschem 2 has no option for the folder of netlists.
        xschem) xschem --version 2>/dev/null | grep -q 'XSCHEM V[3-9]' || missing='xschem from 3 on' ;;
    esac
    case $2 in
        *synaptogen\ report*) command -v gnuplot >/dev/null || missing=gnuplot ;;
    esac
    [ -z "$missing" ] || { skip "$1: $2" "no $missing"; return; }
    case $2 in
        ./bootstrap* | make*)
            check "$1: there is $3" sh -c "test -x '$srcdir/$3' || PATH=\$PATH:/sbin:/usr/sbin command -v '$3'"
            ;;
        *--plot* | *validate*--report*)
            if command -v gnuplot >/dev/null; then check "$1: $2" run sh -c "$2"; else skip "$1: $2" "no gnuplot"; fi
            ;;
        *) check "$1: $2" run sh -c "$2" ;;
    esac
}

for page in $pages; do
    name=${page#"$srcdir/"}
    split "$page"
    for block in blocks/*; do
        case $block in
            *.output)
                if [ -n "$missing" ]; then
                    skip "$name, block ${block#blocks/}: printed as shown" "no $missing"
                else
                    check "$name, block ${block#blocks/}: printed as shown" prints "$block"
                fi
                continue
                ;;
        esac
        : >printed
        missing=
        case $block in
            *.sh)
                # From a file descriptor of its own, so that a command cannot swallow the lines after it.
                while IFS= read -r line <&3; do command_line "$name" "$line"; done 3<"$block"
                ;;
            *.c) check "$name, block ${block#blocks/}: the program compiles and runs" run_c "$block" ;;
            *.python)
                missing=$(python_lacks "$block")
                if [ -n "$missing" ]; then
                    skip "$name, block ${block#blocks/}: the program runs" "no $missing"
                else
                    check "$name, block ${block#blocks/}: the program runs" run_python "$block"
                fi
                ;;
            *.spice) check "$name, block ${block#blocks/}: the netlist runs" run_netlist "$block" ;;
        esac
    done
done

# Tables of the code models: every parameter, every monitor. A row names it in its first cell.
in_a_table() {
    find "$srcdir/codemodels/synaptogen" -name '*.ifs' -exec sed -n "s/^$1://p" {} + | tr -s ' ' '\n' | grep . | sort -u >names
    [ "$(wc -l <names)" -gt 10 ] || { echo "the interfaces name only:" && cat names; return 1; }
    while read -r p; do
        grep -q "^|[^|]*\`$p\`[^|]*|.*|" "$srcdir/docs/codemodels.md" || { echo "$p"; return 1; }
    done <names
}
check "the page of the code models names every parameter" in_a_table Parameter_Name
check "the page of the code models names every monitor" in_a_table Static_Var_Name

headers_named() {
    ls "$srcdir/lib/synaptogen" | while read -r header; do
        [ "$header" = synaptogen.h ] || grep -q "^|[^|]*\`$header\`[^|]*|" "$srcdir/docs/library.md" || { echo "$header"; exit 1; }
    done
}
check "the page of the library names every public header" headers_named
subcommands_named() {
    sed -n 's/^    \.name = "\(.*\)",$/\1/p' "$srcdir"/lib/cli/cmd_*.c | while read -r name; do
        grep -q "^|[^|]*\`$name\`[^|]*|" "$srcdir/docs/command.md" || { echo "$name"; exit 1; }
    done
}
check "the page of the command names every subcommand" subcommands_named
version=$(sed -n 's/^#define SYN_VERSION "\(.*\)"/\1/p' "$srcdir/lib/synaptogen/version.h")
check "CITATION.cff and CHANGES name the version" sh -c "grep -x 'version: $version' '$srcdir/CITATION.cff' &&
    grep '^$version ' '$srcdir/CHANGES'"

# Links to files, to headings of the same page and of others.
links_lead_somewhere() {
    grep -o '](#*[^)h][^)]*)' "$1" | tr -d ']()' | while read -r link; do
        file=$1
        case $link in '#'*) ;; *) file=$(dirname "$1")/${link%%#*} ;; esac
        test -e "$file" || { echo "$link"; exit 1; }
        case $link in
            *'#'*) sed -n 's/^##* //p' "$file" | tr 'A-Z ' 'a-z-' | tr -d -c 'a-z0-9_\n-' | grep -q -x -e "${link#*#}" ||
                { echo "$link"; exit 1; } ;;
        esac
    done
}
for page in $pages "$srcdir/bench/report/report.md"; do
    check "${page#"$srcdir/"}: its links lead somewhere" links_lead_somewhere "$page"
done
installed=$tmp/installed
install_pages() {
    make -C "$builddir" -s install-nobase_dist_docDATA docdir="$installed" && [ "$(find "$installed" -name '*.md' | wc -l)" -gt 12 ]
}
check "the manual installs" install_pages
for page in "$installed"/README.md "$installed"/docs/*.md; do
    check "${page#"$tmp/"}: its links lead somewhere" links_lead_somewhere "$page"
done

# provoke MESSAGE PARAMETERS [LINES [COMMANDS]]: a netlist makes ngspice print MESSAGE, and the page has it as a heading.
# The netlist holds a cell with these parameters, unless they are empty, further lines, and commands in place of `op`.
provoke() {
    {
        printf 'provoked\n.include %s\nv1 te 0 0.2\n' "$builddir/netlists/synaptogen.lib"
        [ -z "$2" ] || printf 'a1 %%gd(te 0) c\n.model c synaptogen(%s)\n' "$2"
        printf '%b\n.control\n%b\nquit\n.endc\n.end\n' "$3" "${4:-op}"
    } >provoked.cir
    check "troubleshooting: $1" said "$1"
}
said() {
    echo "$1" >>provoked
    "$NGSPICE" -b provoked.cir >now 2>&1 </dev/null
    cat now
    grep -q -F -e "$1" now && grep -q -x -F -e "### \`$1\`" "$srcdir/docs/troubleshooting.md"
}
# The same for a tile of 4 x 4 cells, and for an array of 4 x 4 in two banks (parameters of the inputs, of the outputs).
tile() {
    provoke "$1" '' "a1 [ w 0 0 0 b 0 0 0 ] m\n.model m synaptogen_tile($2)\nvw w 0 0.2\nvb b 0 0"
}
array() {
    provoke "$1" '' "aw0 [ te te te te ] null null w\nab null [ i0 i1 i2 i3 ] null b
.model w synaptogen_array(array=\"x\" side=\"left\" seed=1 first=0 $2)\n.model b synaptogen_array(array=\"x\" side=\"bottom\" $3)" "$4"
}
run synaptogen crossbar write --rows 3 --cols 3 -o three.state
provoke 'Undefined parameter [lrs]' 'init=lrs'
provoke 'init = "lrz" is neither "hrs" (0) nor "lrs" (1)' 'init="lrz"'
provoke '"sed" is not a parameter of synaptogen; the nearest is seed' 'sed=7'
provoke 'm = 2 is not 1: cells in parallel are different cells; write an instance for each' '' 'x1 te 0 reram m=2'
provoke 'params cannot be altered: altermod passes numbers, and it is text; write another .model' 'seed=1' '' \
    'altermod c params=1\nop'
provoke 'seed = 2.5 is not a whole number in [0, 9007199254740992]' 'seed=2.5'
provoke 'order = 11 is not a whole number in [1, 10]' 'order=11'
provoke 'polarity = 2 is neither 1 nor -1' 'polarity=2'
provoke 'bandwidth = 1e+20 Hz is not in [0.001, 1e+15]' 'noise=1 bandwidth=1e20' '' 'tran 1n 9n'
provoke 'init and r_init are both given, use one of them' 'init="lrs" r_init=1e4'
provoke 'r_init: 100 ohm is outside [1000, 1e+12]' 'r_init=100'
provoke 'params: none.json: cannot open: No such file or directory' 'params="None.json"'
provoke 'index = 1 needs an instance name that ends in the cell number (0 .. 2^64 - 1)' 'seed=1 index=1' 'acell %gd(te 0) c'
provoke 'cell number 1 is used twice with seed 1' 'seed=1 index=1' 'ab1 %gd(te 0) c'
provoke 'ERROR - Scalar connection expected, [ found' 'seed=1' 'a[0] %gd(te 0) c'
provoke 'unable to find definition of model :cell' '' 'x1[0] te 0 reram'
provoke 'ERROR - Expected node identifier' 'seed=1' 'a2 %gd(te[0] 0) c'
provoke '.options maxord = 1 is below 2, which ngspice cannot combine with code models that have a state' 'seed=1' '.options maxord=1'
provoke '.options noopiter cannot be combined in ngspice with code models that have a state' 'seed=1' '.options noopiter'
provoke 'ngspice cannot do a sensitivity analysis of a circuit with code models' 'seed=1' '' 'sens v(te)'
provoke 'a distortion analysis would leave the cells out; use .tran and .four' 'seed=1' '' 'disto dec 1 1k 1meg'
provoke 'the noise of an S-parameter analysis would leave the cells out; use .noise' 'seed=1' \
    'vp p 0 dc 0 ac 1 portnum 1 z0 50\nvq q 0 dc 0 portnum 2 z0 50\nrp p te 1k\nrq q te 1k' 'sp lin 1 1meg 1meg 1'
provoke '1.83 V is beyond the fitted range of the model, +-1.606 V; the current is extrapolated' 'seed=1' '' \
    'alter v1 dc=1.83\nop'
provoke 'unable to find definition of model mycell' 'seed=1' 'a2 %gd(te 0) mycell'
provoke 'unable to find definition of model 2' 'seed=1' 'a2 %gd(te 0) c m=2'
provoke 'Error: no such device or model name a2' 'seed=1' '' 'op\nprint @a2[r]'
provoke 'Error: no such parameter foo.' 'seed=1' '' 'op\nprint @a1[foo]'
provoke 'Error: measure  x  find(AT) : out of interval' 'seed=1' '' 'tran 10n 1u\nmeas tran x find @a1[resistance] at=0.9u'
provoke 'Error: Could not find include file' '' '.include /nowhere/synaptogen.lib'
provoke "Error: Library /opt/cad/synaptogen.cm couldn't be loaded!" 'seed=1' '' 'codemodel /opt/cad/synaptogen.cm'
tile 'cols is not given' 'rows=4'
tile 'the ends "left+bottom" of 4 rows and 5 cols are 9 nodes, not 8' 'rows=4 cols=5'
tile 'ends = "left+button" names other sides than left, right, top and bottom' 'rows=4 cols=4 ends="left+button"'
tile 'seed and state are both given, the state file holds what the cells are' 'rows=4 cols=4 seed=1 state="three.state"'
tile 'state = "three.state" holds 3 x 3 cells, not 4 x 4' 'rows=4 cols=4 state="three.state"'
provoke 'state = "three.state" holds cells from number 0 of seed 0 on, not from number 0 of seed 7' '' \
    'vw w 0 0.2\na1 [ w 0 0 0 0 0 ] m\n.model m synaptogen_tile(rows=3 cols=3 seed=7 first=0 state="three.state"
+ state_out="three.state")'
tile 'state: none.state: cannot read: No such file or directory' 'rows=4 cols=4 state="none.state"'
tile 'state_out = "nodir/x.state": there is no folder of this name that can be written to' \
    'rows=4 cols=4 state_out="nodir/x.state"'
provoke 'Too many ports in connection' '' \
    "a1 [ $(seq -s ' ' 300) ] m\n.model m synaptogen_tile(rows=150 cols=150)"
array 'array = "x": line 4 of side left is in no bank' 'rows=5 cols=4'
array 'aw0: line 2 is beyond the last line of side left, 1' 'rows=2 cols=4'
array 'r_left = 5 at ab and 3 at aw0, which are banks of the same array' 'rows=4 cols=4 r_left=3' 'r_left=5'
provoke 'at and side are both given, use one of them' '' "aw null null [ te ] w
.model w synaptogen_array(array=\"x\" rows=1 cols=1 at=\"left:0\" side=\"left\" rest_ground=\"bottom\")"
array 'array = "x": ngspice has no way from the inputs of one bank to the outputs of another in small-signal analyses; use ports' \
    'rows=4 cols=4' '' 'ac dec 1 1 10'

# Messages that this machine cannot show, or that would crash the simulator, are not among them.
not_provoked='this plug-in was built for|this is ngspice|Timestep too small|error while loading shared libraries'
all_provoked() {
    sed -n 's/^### \(`.*\)$/\1/p' "$srcdir/docs/troubleshooting.md" | grep -v -E "$not_provoked" | tr -d '`' | while read -r message; do
        grep -q -x -F -e "$message" provoked || { echo "$message"; exit 1; }
    done
}
check "every message of the page has been provoked" all_provoked
finish

#!/bin/sh
# SPDX-License-Identifier: MIT
# make check-builds [BUILDS="gcc-O0 s390x"]: the project with other compilers, options and processors. A row for each build:
# tests that passed, failed and were skipped. Programs of other processors run in an emulator, with the libraries of that
# processor from Debian's packages. Ends with 1 if a build or a test failed. A build whose tools are missing is skipped.
. "$(dirname "$0")/scratch.sh"
bad=0

row() {
    printf '%-10s %-46s %8s %8s %8s %7s\n' "$@"
}

# told NAME WHAT BEGIN: the row of a build and of its tests.
told() {
    [ "$failed" -eq 0 ] || bad=1
    row "$1" "$2" "$passed" "$failed" "$skipped" $(($(date +%s) - $3))
}

# native NAME WHAT OPTION...: everything that is compiled, on this machine.
native() {
    name=$1 what=$2 begin=$(date +%s)
    shift 2
    if build "$name" "$@"; then
        check_build "$name" check-code
        told "$name" "$what" "$begin"
    else
        row "$name" "$what: see builds/$name.log" - - - $(($(date +%s) - begin))
        bad=1
    fi
}

# Every source of the project itself in the language of the standard, without extensions of a compiler's own dialect. POSIX
# and GNU functions are asked for with _GNU_SOURCE, and vectors with __attribute__.
strict() {
    begin=$(date +%s)
    if build c11 CFLAGS='-O2 -std=c11 -pedantic-errors'; then
        row c11 'gcc -std=c11 -pedantic-errors' built - - $(($(date +%s) - begin))
    else
        row c11 'gcc -std=c11 -pedantic-errors: see builds/c11.log' - - - $(($(date +%s) - begin))
        bad=1
    fi
}

# sysroot ARCHITECTURE: its libraries below $work/ARCHITECTURE-root, from the packages of this Debian. Nothing of the system
# changes: APT works in a folder of its own.
sysroot() {
    root=$work/$1-root
    [ ! -e "$root/done" ] || return 0
    apt=$work/$1-apt
    rm -rf "$root" "$apt" && mkdir -p "$root" "$apt/lists/partial" "$apt/cache/archives/partial" || return 1
    : >"$apt/status"
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] $(mirror) $release main" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<APT
APT::Architecture "$1";
APT::Architectures { "$1"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT
    apt-get -q -c "$apt/apt.conf" update && apt-get -q -c "$apt/apt.conf" --download-only --no-install-recommends -y install \
        libc6-dev libgomp1 libgcc-12-dev libjansson-dev zlib1g-dev libopenblas-dev librandom123-dev || return 1
    for package in "$apt"/cache/archives/*.deb; do
        dpkg -x "$package" "$root" || return 1
    done
    # An absolute link means a file of this root.
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -sfn "$root$(readlink "$link")" "$link"
    done
    : >"$root/done"
}

# cross_build ARCHITECTURE TRIPLET LIBRARIES. The kernels do not contract here either, so that each processor rounds alike.
cross_build() {
    mkdir -p "$work/$1" && sysroot "$1" && cd "$work/$1" || return 1
    libraries=$root/usr/lib/$3
    export PKG_CONFIG_LIBDIR="$libraries/pkgconfig:$libraries/openblas-pthread/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
    configured || ../source/configure --silent --build="$(../source/build-aux/config.guess)" --host="$2" CC="$2-gcc --sysroot=$root" \
        CFLAGS='-g -O2 -ffp-contract=off' --with-ngspice-source="$NGSPICE_SOURCE" PYTHON=none \
        CPPFLAGS="-I$work/source/tests/long/criterion" CRITERION_CFLAGS= CRITERION_LIBS=-lm LIBNGSPICE_CFLAGS= LIBNGSPICE_LIBS=-lm \
        SYNAPTOGEN_FOR_BUILD="$project/synaptogen" || return 1
    rm -f synaptogen && make -j"$jobs" --silent synaptogen lib/libsynaptogen.la && mv synaptogen synaptogen.other || return 1
    {
        echo '#!/bin/sh'
        echo "exec $EMULATOR $work/$1/synaptogen.other \"\$@\""
    } >synaptogen
    chmod +x synaptogen
}

# What the other processor writes is what this one writes, byte for byte.
same_bytes() {
    mkdir -p "$work/$1/same" && cd "$work/$1/same" || return 1
    printf '1e-5,2e-5,3e-5\n4e-5,5e-5,6e-5\n' >targets.csv
    SYNAPTOGEN_KERNEL=generic
    export SYNAPTOGEN_KERNEL
    for side in here other; do
        case $side in here) command=$project/synaptogen ;; *) command=$work/$1/synaptogen ;; esac
        "$command" program --targets targets.csv --seed 4 -o $side.state >$side.program &&
            "$command" crossbar write --rows 4 --cols 4 --seed 3 -o $side.written.state >$side.crossbar &&
            "$command" read $side.state -o $side.npy && "$command" read here.written.state --conductance >$side.read || return 1
    done
    unset SYNAPTOGEN_KERNEL
    for file in here.*; do
        cmp "$file" "other${file#here}" || return 1
    done
}

# What needs neither a simulator nor many hours in an emulator.
other_programs="tests/base/test_base tests/base/test_numeric tests/base/test_rng tests/base/test_status
tests/model/test_distribution tests/model/test_model tests/model/test_params tests/cell/test_cell tests/cell/test_read
tests/array/test_array tests/array/test_file tests/array/test_program tests/array/test_stuck
tests/crossbar/test_solve tests/crossbar/test_write tests/measure/test_csv tests/measure/test_import
tests/train/test_params_write"
other_scripts="tests/cli/array.sh tests/cli/import.sh"

# other_test ARCHITECTURE TEST: prints its TAP, and a failure more if it has not come to its end.
other_test() {
    case $2 in
        *.sh) test_file=../source/$2 runner= ;;
        *) test_file=./$2 runner=../source/tests/support/run-criterion ;;
    esac
    # shellcheck disable=SC2086
    srcdir=$work/source builddir=$work/$1 SYNAPTOGEN=$work/$1/synaptogen sh $runner "$test_file" |
        awk -v name="$2" '{ print } /^(not )?ok/ { n++ } /^1\.\./ { plan = substr($0, 4) }
            END { if (n == 0 || n != plan) print "not ok - " name " came to no end" }'
}

# check_other ARCHITECTURE: runs these and adds what they print to the log. Sets passed, failed and skipped.
check_other() {
    cd "$work/$1" || return 1
    # shellcheck disable=SC2086
    make -k -j"$jobs" --silent $other_programs >>"$work/$1.log" 2>&1
    for test in $other_programs $other_scripts; do
        other_test "$1" "$test"
    done >"$work/$1.tests" 2>&1
    cat "$work/$1.tests" >>"$work/$1.log"
    skipped=$(grep -c '^ok.*# SKIP' "$work/$1.tests")
    passed=$(($(grep -c '^ok' "$work/$1.tests") - skipped))
    failed=$(grep -c '^not ok' "$work/$1.tests")
}

# other ARCHITECTURE TRIPLET LIBRARIES EMULATOR: library, command and their tests for another processor. LIBRARIES: the name of
# its folder of libraries. The loader of the emulated system does not know the folder of Debian's alternatives.
other() {
    name=$1 what="$1, library and command in $4" begin=$(date +%s)
    if reason=$(missing "$2-gcc" "$4" apt-get dpkg); then
        row "$name" "$what: skipped, $reason" - - - 0
        return
    fi
    EMULATOR="$4 -L $work/$1-root -E LD_LIBRARY_PATH=/usr/lib/$3/openblas-pthread"
    export EMULATOR
    if (cross_build "$1" "$2" "$3") >"$work/$name.log" 2>&1; then
        check_other "$name"
        if (same_bytes "$name") >>"$work/$name.log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
        told "$name" "$what" "$begin"
    else
        row "$name" "$what: see builds/$name.log" - - - $(($(date +%s) - begin))
        bad=1
    fi
    unset EMULATOR
}

row build configuration passed failed skipped seconds
for name in ${BUILDS:-gcc-O0 gcc-O3 clang no-openmp generic c11 i386 arm64 s390x}; do
    case $name in
        gcc-O0) native gcc-O0 'gcc -O0' CFLAGS='-g -O0' ;;
        gcc-O3) native gcc-O3 'gcc -O3' CFLAGS='-g -O3' ;;
        clang)
            if reason=$(missing clang); then row clang "clang -O2: skipped, $reason" - - - 0
            else native clang 'clang -O2' CC=clang; fi
            ;;
        no-openmp) native no-openmp '--disable-openmp' --disable-openmp ;;
        generic) native generic 'without kernels for AVX2 and AVX-512' syn_cv_isa_AVX2=no syn_cv_isa_AVX512=no ;;
        c11) strict ;;
        i386) other i386 i686-linux-gnu i386-linux-gnu qemu-i386-static ;;
        arm64) other arm64 aarch64-linux-gnu aarch64-linux-gnu qemu-aarch64-static ;;
        s390x) other s390x s390x-linux-gnu s390x-linux-gnu qemu-s390x-static ;; # big endian
        *) echo "builds.sh: no build is called $name" >&2; exit 2 ;;
    esac
done
exit $bad

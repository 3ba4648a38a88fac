dnl SPDX-License-Identifier: MIT

dnl SYN_CFLAG(VARIABLE, FLAG): appends FLAG to VARIABLE if the compiler takes it.
AC_DEFUN([SYN_CFLAG], [
    AC_CACHE_CHECK([whether $CC takes $2], [AS_TR_SH([syn_cv_cflag_$2])], [
        syn_saved_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS $2 -Werror"
        AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[]], [[]])],
            [AS_TR_SH([syn_cv_cflag_$2])=yes], [AS_TR_SH([syn_cv_cflag_$2])=no])
        CFLAGS=$syn_saved_CFLAGS
    ])
    AS_IF([test "$AS_TR_SH([syn_cv_cflag_$2])" = yes], [$1="$$1 $2"])
])

dnl SYN_RUN_PATH: what a program needs at its linking to find the library when it starts, if the loader of this system does
dnl not search its folder.
AC_DEFUN([SYN_RUN_PATH], [
    syn_libdir=`prefix=$prefix exec_prefix=$exec_prefix
        test "$prefix" != NONE || prefix=$ac_default_prefix
        test "$exec_prefix" != NONE || exec_prefix=$prefix
        eval echo "$libdir"`
    AS_CASE([" $sys_lib_dlsearch_path_spec "],
        [*" $syn_libdir "*], [RUN_PATH=],
        [RUN_PATH=' -Wl,-rpath,${libdir}'])
    AC_SUBST([RUN_PATH])
])

dnl SYN_EXPORTS(MAP, PATTERN): the linker's flags for what the library exports. Not all linkers take a map of versions.
AC_DEFUN([SYN_EXPORTS], [
    AC_CACHE_CHECK([whether the linker takes a map of versions], [syn_cv_version_script], [
        syn_saved_LDFLAGS=$LDFLAGS
        LDFLAGS="$LDFLAGS -shared -fPIC -Wl,--version-script=$1"
        AC_LINK_IFELSE([AC_LANG_SOURCE([[int syn_x(void) { return 0; }]])],
            [syn_cv_version_script=yes], [syn_cv_version_script=no])
        LDFLAGS=$syn_saved_LDFLAGS
    ])
    AS_IF([test "$syn_cv_version_script" = yes],
        [EXPORTS='-Wl,--version-script=$(top_srcdir)/lib/libsynaptogen.map'],
        [EXPORTS="-export-symbols-regex '$2'"])
    AC_SUBST([EXPORTS])
])

dnl SYN_ISA(NAME, FLAGS, STATEMENTS): whether the compiler, given FLAGS, can compile STATEMENTS with intrinsics.
AC_DEFUN([SYN_ISA], [
    AC_CACHE_CHECK([whether $CC can compile for $1], [syn_cv_isa_$1], [
        syn_saved_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS $2"
        AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <immintrin.h>]], [[$3]])], [syn_cv_isa_$1=yes], [syn_cv_isa_$1=no])
        CFLAGS=$syn_saved_CFLAGS
    ])
    AM_CONDITIONAL([HAVE_$1], [test "$syn_cv_isa_$1" = yes])
    AS_IF([test "$syn_cv_isa_$1" = yes], [
        AC_DEFINE([SYN_HAVE_$1], [1], [a kernel for $1 is built])
        $1_CFLAGS="$2"])
    AC_SUBST([$1_CFLAGS])
])

dnl SYN_PKG(PREFIX, MODULE, DEBIAN-PACKAGE): as PKG_CHECK_MODULES, with a message that helps.
AC_DEFUN([SYN_PKG], [
    PKG_CHECK_MODULES([$1], [$2], [], [AC_MSG_ERROR([$2 is missing (Debian package $3): $$1_PKG_ERRORS])])
])

dnl SYN_PKG_FOR_TESTS(PREFIX, MODULE, DEBIAN-PACKAGE): sets PREFIX_MISSING to why the tests that need it are skipped. Sets
dnl the condition HAVE_PREFIX.
AC_DEFUN([SYN_PKG_FOR_TESTS], [
    PKG_CHECK_MODULES([$1], [$2], [$1_MISSING=], [$1_MISSING="$2 is missing (Debian package $3)"])
    SYN_FOR_TESTS([$1])
])

dnl SYN_FOR_TESTS(PREFIX): tells what PREFIX_MISSING means.
AC_DEFUN([SYN_FOR_TESTS], [
    AS_IF([test -n "$$1_MISSING"], [AC_MSG_NOTICE([$$1_MISSING: tests that need it are skipped])])
    AC_SUBST([$1_MISSING])
    AM_CONDITIONAL([HAVE_$1], [test -z "$$1_MISSING"])
])

dnl SYN_LIBNGSPICE: finds the libngspice of $NGSPICE for the tests: beside the simulator, or where pkg-config looks. One of
dnl another version does not serve.
AC_DEFUN([SYN_LIBNGSPICE], [
    syn_beside=`dirname "$NGSPICE"`/../lib/pkgconfig
    AS_IF([test -r "$syn_beside/ngspice.pc"],
        [PKG_CONFIG_PATH=`cd "$syn_beside" && pwd`${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
        export PKG_CONFIG_PATH])
    PKG_CHECK_MODULES([LIBNGSPICE], [ngspice], [LIBNGSPICE_MISSING=],
        [LIBNGSPICE_MISSING="libngspice is missing (Debian package libngspice0-dev)"])
    AS_IF([test -z "$LIBNGSPICE_MISSING"], [
        syn_version=`$PKG_CONFIG --modversion ngspice`
        AS_CASE([$syn_version], [$ngspice_version|$ngspice_version+*], [
            syn_libdir=`$PKG_CONFIG --variable=libdir ngspice`
            LIBNGSPICE_LIBS="$LIBNGSPICE_LIBS -Wl,-rpath,$syn_libdir"],
            [LIBNGSPICE_MISSING="libngspice is of version $syn_version, and $NGSPICE of version $ngspice_version"])])
    SYN_FOR_TESTS([LIBNGSPICE])
])

dnl SYN_NGSPICE_SOURCE: finds ngspice's code-model headers and cmpp, prepared for the version of $NGSPICE.
AC_DEFUN([SYN_NGSPICE_SOURCE], [
    AC_ARG_WITH([ngspice-source], [AS_HELP_STRING([--with-ngspice-source=DIR],
        [ngspice source tree with cmpp built, configured like the ngspice in use; default: what
         codemodels/prepare-ngspice has made for the installed Debian package])])
    dnl A cross build cannot run the simulator: the source must be the right one.
    ngspice_version=
    AS_IF([test "$cross_compiling" != yes], [
        AC_MSG_CHECKING([for the version of $NGSPICE])
        ngspice_version=`$NGSPICE --version 2>&1 </dev/null | sed -n 's/.*ngspice-\([[0-9]][[0-9.]]*\).*/\1/p' | sed 1q`
        AS_IF([test -z "$ngspice_version"], [AC_MSG_ERROR([$NGSPICE --version names no version])])
        AC_MSG_RESULT([$ngspice_version])
    ])

    AC_MSG_CHECKING([for the ngspice source])
    AS_CASE(["$with_ngspice_source"],
        [no], [AC_MSG_ERROR([the plug-in cannot be built without ngspice's headers])],
        [yes|''], [
            syn_package=`dpkg-query -W -f '${source:Version}' ngspice 2>/dev/null`
            NGSPICE_SOURCE=${XDG_CACHE_HOME:-$HOME/.cache}/synaptogen/ngspice-$syn_package],
        [NGSPICE_SOURCE=`cd "$with_ngspice_source" 2>/dev/null && pwd`])
    syn_how="run ./bootstrap, which fetches and prepares it, or ./bootstrap --with-ngspice-source=TREE for a tree of your own"
    AS_IF([test ! -r "$NGSPICE_SOURCE/src/include/ngspice/cm.h"],
        [AC_MSG_ERROR([no ngspice source in "${NGSPICE_SOURCE:-$with_ngspice_source}": $syn_how])])
    AS_IF([test ! -r "$NGSPICE_SOURCE/src/include/ngspice/config.h" || test ! -x "$NGSPICE_SOURCE/src/xspice/cmpp/cmpp"],
        [AC_MSG_ERROR([$NGSPICE_SOURCE is not configured, or its cmpp is not built: $syn_how])])
    syn_source_version=`sed -n 's/^#define VERSION "\(.*\)"/\1/p' "$NGSPICE_SOURCE/src/include/ngspice/config.h"`
    AC_MSG_RESULT([$NGSPICE_SOURCE (version $syn_source_version)])
    AS_CASE([$syn_source_version], [$ngspice_version*], [],
        [AC_MSG_ERROR([the source is of version $syn_source_version, but $NGSPICE is $ngspice_version: $syn_how])])
    AC_SUBST([NGSPICE_SOURCE])
    AC_SUBST([NGSPICE_VERSION], [$syn_source_version])
    AS_CASE([$syn_source_version],
        [*+], [NGSPICE_MAJOR=`expr "${syn_source_version%+}" + 1`],
        [NGSPICE_MAJOR=${syn_source_version%%.*}])
    AC_SUBST([NGSPICE_MAJOR])
])

dnl SYN_PYTHON: finds a Python with NumPy for the package synaptogen_c: $PYTHON, that of the path, or that of the system.
dnl Sets pythondir, a folder that it looks into, below ${prefix} if it has one there.
AC_DEFUN([SYN_PYTHON], [
    AC_ARG_VAR([PYTHON], [python3 with NumPy, for the Python package; optional])
    AC_MSG_CHECKING([for python3 with NumPy])
    syn_candidates=${PYTHON:-python3 /usr/bin/python3}
    NUMPY_MISSING="there is no python3 of version 3.9 or later with NumPy (Debian package python3-numpy)"
    AS_IF([test "x$enable_sanitizers" = xyes], [
        syn_candidates=
        NUMPY_MISSING="Python is not built with sanitizers"])
    for syn_python in $syn_candidates; do
        AS_IF([test -n "$NUMPY_MISSING" && $syn_python -c 'import sys, numpy; sys.exit(sys.version_info < (3, 9))' 2>/dev/null], [
            PYTHON=$syn_python
            NUMPY_MISSING=])
    done
    AS_IF([test -n "$NUMPY_MISSING"], [AC_MSG_RESULT([no])], [
        AC_MSG_RESULT([$PYTHON])
        AS_IF([test -z "$pythondir"], [
            pythondir=`$PYTHON -c '
import os, site, sys
prefix = os.path.normpath(sys.argv[[1]]) + os.sep
found = [[f[len(prefix):] for f in site.getsitepackages() if f.startswith(prefix)]]
print("${prefix}/" + (found[[0]] if found else "lib/python%d.%d/site-packages" % sys.version_info[[:2]]))
' "$(test "x$prefix" = xNONE && echo "$ac_default_prefix" || echo "$prefix")"`])
    ])
    AC_SUBST([pythondir])
    SYN_FOR_TESTS([NUMPY])
])

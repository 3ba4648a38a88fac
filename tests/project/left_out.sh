#!/bin/sh
# SPDX-License-Identifier: MIT
# Says which tests the build has left out because something is missing that they need and the project's use does not.
. "$srcdir/tests/support/tap.sh"

# left_out CLAIM REASON
left_out() {
    if [ -n "$2" ]; then
        skip "$1" "$2"
    else
        check "$1" true
    fi
}
left_out "the test programs are here" "$CRITERION_MISSING"
left_out "libngspice for the tests of the code models is here" "$LIBNGSPICE_MISSING"
left_out "Python with NumPy for the tests of the Python package is here" "$NUMPY_MISSING"
finish

#!/bin/sh
# SPDX-License-Identifier: MIT
# Files and numbers do not depend on the language that a host of the library has set.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
cat >host.c <<'EOC'
#include <locale.h>
#include <stdio.h>
#include <synaptogen/synaptogen.h>

int main(int count, char **word)
{
    static syn_params p, q;
    syn_error err;
    syn_features f;
    char text[700];
    if (!setlocale(LC_ALL, word[1]))
        return 77;
    syn_params_default(&p, &err);
    p.u_max = 1.0 / 3 + 1;
    p.var[0].a[0][0][0] = 1.2345678901234e-9; /* by printf */
    FILE *file = fopen("params.json", "w");
    syn_status status = syn_params_write(&p, NULL, file, &err);
    if (fclose(file) == 0 && !status)
        status = syn_params_load("params.json", &q, &err);
    if (!status)
        status = syn_features_load("features.csv", 0, &f, &err);
    if (status)
        return !puts(syn_error_format(&err, text, sizeof text));
    printf("%a %a %a %a\n", q.u_max, q.var[0].a[0][0][0], f.y[0][0], f.y[1][2]);
    return count != 2 || q.u_max != p.u_max || q.var[0].a[0][0][0] != p.var[0].a[0][0][0];
}
EOC
# Longer than any number that the fast reader takes.
printf 'cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset\n0,0,4.612345678901234567890123456789,-0.63,5000,0.7\n0,1,4.6,-0.63,5000.5,0.7\n' >features.csv
compiles() {
    # shellcheck disable=SC2086
    ${CC:-cc} $SANITIZE -o host host.c -I"$srcdir/lib" -L"$builddir/lib/.libs" -lsynaptogen -Wl,-rpath,"$builddir/lib/.libs"
}
check "a host of the library compiles" compiles
# The hexadecimal numbers of the host's own printf have the separator of the language.
in_language() {
    ./host C >plain && cp params.json plain.json && LOCPATH=$tmp ./host "$1" >other && cmp params.json plain.json &&
        tr , . <other | sed 's/\xd9\xab/./g' | diff plain -
}
for language in de_DE ps_AF; do
    if localedef -i "$language" -f UTF-8 "$tmp/$language.UTF-8" >localedef.log 2>&1; then
        check "in a host in $language parameters are written and read as in any other" in_language "$language.UTF-8"
    else
        skip "in a host in $language parameters are written and read as in any other" "no localedef with the sources of languages"
    fi
done
finish
